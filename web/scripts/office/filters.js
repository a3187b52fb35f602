/**
 * The filter panel folds away on a narrow window. Without scripts it stands open, with a link past it.
 * `data-filters` is the panel, `data-filters-toggle` its button; the style folds it unless it has the class is-open.
 */
export function startFilters() {
  const panel = document.querySelector('[data-filters]')
  const button = document.querySelector('[data-filters-toggle]')
  if (!panel || !button) return
  const show = (open) => {
    panel.classList.toggle('is-open', open)
    button.setAttribute('aria-expanded', String(open))
    button.textContent = open ? 'Hide filters' : button.dataset.words
  }
  button.dataset.words = button.textContent.trim()
  button.addEventListener('click', () => show(!panel.classList.contains('is-open')))
  show(false)
}
