/** Sends fields of a form to one of our own pages and gives the fragment of a page that it answers with. */
export async function askFragment(form, address, names, signal) {
  const body = new URLSearchParams()
  for (const [name, value] of new FormData(form)) {
    if (names.some((wanted) => name === wanted || (wanted.endsWith('*') && name.startsWith(wanted.slice(0, -1))))) body.append(name, value)
  }
  const answer = await fetch(address, {
    method: 'POST',
    body,
    signal,
    headers: { 'X-CSRF-Token': form.elements.csrf_token.value, Accept: 'text/html' }
  })
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`)
  const parsed = new DOMParser().parseFromString(await answer.text(), 'text/html')
  const fragment = parsed.querySelector('[data-fragment]')
  if (!fragment) throw new Error('this is no fragment')
  return document.importNode(fragment, true)
}

/** Asks once the changes have ended, and only takes the newest answer. `ask` is given a signal that ends with the next question. */
export function makeAsker(ask, wait = 350) {
  let timer
  let running
  return () => {
    clearTimeout(timer)
    timer = setTimeout(async () => {
      running?.abort()
      running = new AbortController()
      try {
        await ask(running.signal)
      } catch (error) {
        if (error.name !== 'AbortError') console.warn(error.message)
      }
    }, wait)
  }
}
