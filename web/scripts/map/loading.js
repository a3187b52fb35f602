import { buttonOf, element } from './elements.js'

/** The features of the GeoJSON at this address of our own site; throws an Error that says what came instead. */
export async function fetchFeatures(url) {
  const answer = await fetch(url, { headers: { Accept: 'application/geo+json, application/json' } })
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`)
  const { features } = await answer.json()
  if (!Array.isArray(features)) throw new Error('this is no feature collection')
  return features
}

/** What the map says while it loads, and when it could not. */
export function makeStatus(box) {
  const line = element('div', 'map-status')
  line.setAttribute('role', 'status')
  const words = element('p')
  line.append(words)
  L.DomEvent.disableClickPropagation(line)
  box.append(line)
  return {
    busy() {
      line.querySelector('button')?.remove()
      line.classList.remove('is-failed')
      words.textContent = 'Drawing the map…'
      line.hidden = false
      box.setAttribute('aria-busy', 'true')
    },
    done() {
      const hadFocus = line.contains(document.activeElement)
      line.hidden = true
      words.textContent = ''
      box.removeAttribute('aria-busy')
      if (hadFocus) box.focus({ preventScroll: true })
    },
    failed(again) {
      words.textContent = 'Part of the map could not be loaded. The list on this page has the same places.'
      line.classList.add('is-failed')
      box.removeAttribute('aria-busy')
      line.append(buttonOf('', 'Try again', again))
    }
  }
}
