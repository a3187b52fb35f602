/** Buttons that open the browser's print window. They are hidden where scripts do not run. */
export function startPrint() {
  for (const button of document.querySelectorAll('[data-print]')) {
    button.hidden = false
    button.addEventListener('click', () => window.print())
  }
}
