/** An element with words, which are only ever set as text, so that nothing of the register can run. */
export function element(tag, className = '', words = '') {
  const made = document.createElement(tag)
  made.className = className
  made.textContent = words
  return made
}

/** A button that never sends a form. */
export function buttonOf(className, words, act) {
  const button = element('button', className, words)
  button.type = 'button'
  button.addEventListener('click', act)
  return button
}
