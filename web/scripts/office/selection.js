/** Checkboxes of a list: one that selects all of them, and words that say how many are selected. */
export function startSelection() {
  const form = document.querySelector('[data-selection]')
  if (!form) return
  const boxes = [...form.querySelectorAll('input[type="checkbox"][data-select]')]
  const all = form.querySelector('[data-select-all]')
  const status = form.querySelector('[data-selected]')
  if (!boxes.length || !all) return
  const tell = () => {
    const count = boxes.filter((box) => box.checked).length
    all.checked = count === boxes.length
    all.indeterminate = count > 0 && count < boxes.length
    status.textContent = count ? `${count} selected` : 'Nothing selected'
    form.classList.toggle('has-selection', count > 0)
  }
  all.closest('[hidden]')?.removeAttribute('hidden')
  all.addEventListener('change', () => {
    for (const box of boxes) box.checked = all.checked
    tell()
  })
  let last
  for (const box of boxes) {
    box.addEventListener('click', (event) => {
      // Shift selects what lies between, as in every list.
      if (event.shiftKey && last) {
        const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b)
        for (const between of boxes.slice(from, to + 1)) between.checked = box.checked
      }
      last = box
      tell()
    })
  }
  tell()
}
