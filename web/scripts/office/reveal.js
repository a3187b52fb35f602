/**
 * Shows the fields that belong to the chosen radio button and hides those of the others. GOV.UK's own component says
 * aria-expanded on radio buttons, where it is not allowed. Without scripts all of them are shown.
 */
export function startReveal() {
  for (const input of document.querySelectorAll('input[data-reveals]')) {
    const group = document.querySelectorAll(`input[type="radio"][name="${input.name}"]`)
    const part = document.getElementById(input.dataset.reveals)
    const tell = () => part.classList.toggle('govuk-radios__conditional--hidden', !input.checked)
    for (const each of group) each.addEventListener('change', tell)
    window.addEventListener('pageshow', tell) // the browser may bring back another choice
    tell()
  }
}
