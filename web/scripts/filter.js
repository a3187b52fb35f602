/**
 * Narrows a long list while a person types. The form still works without this: the server filters on submit.
 * `data-filter-list` names the list; each `[data-filter-text]` inside it carries the text to search.
 */
export function startFilter() {
  const form = document.querySelector('form[data-filter-list]')
  if (!form) return
  const list = document.getElementById(form.dataset.filterList)
  const field = form.querySelector('input[type="search"], input[type="text"]')
  const status = form.querySelector('[data-filter-status]')
  if (!list || !field) return
  const rows = [...list.querySelectorAll('[data-filter-text]')]
  const groups = [...list.querySelectorAll('[data-filter-group]')]
  const plain = (text) => text.normalize('NFKD').replace(/[\u0300-\u036f’'‘]/g, '').toLowerCase().trim()
  const texts = rows.map((row) => plain(row.dataset.filterText))
  const narrow = () => {
    const wanted = plain(field.value)
    let shown = 0
    rows.forEach((row, index) => {
      row.hidden = !texts[index].includes(wanted)
      if (!row.hidden) shown += 1
    })
    groups.forEach((group) => {
      group.hidden = !group.querySelector('[data-filter-text]:not([hidden])')
    })
    status.textContent = wanted ? `${shown} of ${rows.length} shown` : ''
  }
  field.addEventListener('input', narrow)
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    narrow()
  })
}
