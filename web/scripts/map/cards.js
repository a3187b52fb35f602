import { element } from './elements.js'

/** What opens beside a sign or in a division: text is only ever set as text, so that nothing of the register can run. */
export function makeCard({ title, url, lines, link }) {
  const card = element('div', 'map-card')
  card.setAttribute('role', 'dialog')
  card.setAttribute('aria-label', title)
  card.append(element('h3', '', title), ...lines.filter(Boolean).map((line) => element('p', '', line)))
  const address = ownAddress(url)
  if (address) {
    const there = element('a', '', link)
    there.href = address
    const more = element('p')
    more.append(there)
    card.append(more)
  }
  return card
}

/**
 * Opens a card and moves the focus into it; Escape and the close button take the focus back.
 * `findOpener` gives the element to go back to, which may have been drawn anew meanwhile.
 */
export function openCard(map, latlng, card, { findOpener = () => null, offset = [0, 0] } = {}) {
  const popup = L.popup({ className: 'map-popup', maxWidth: 280, minWidth: 180, offset, autoPanPadding: [16, 16] })
  popup.setLatLng(latlng).setContent(card).openOn(map)
  const close = popup.getElement().querySelector('.leaflet-popup-close-button')
  if (close) {
    close.setAttribute('aria-label', 'Close')
    card.append(close)
  }
  popup.getElement().addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return
    event.stopPropagation()
    map.closePopup(popup)
  })
  map.once('popupclose', ({ popup: closed }) => {
    const lost = closed.getElement()?.contains(document.activeElement) || document.activeElement === document.body
    if (closed === popup && lost) (findOpener() ?? map.getContainer()).focus({ preventScroll: true })
  })
  const first = card.querySelector('a[href]') ?? close
  first?.focus({ preventScroll: true })
}

/** "No places yet", "1 place", "12 places". */
export function placesInWords(count) {
  return count === 0 ? 'No safe place yet' : count === 1 ? '1 safe place' : `${count.toLocaleString('en-GB')} safe places`
}

/** The address within this site, or nothing where it leads elsewhere or runs something. */
function ownAddress(url) {
  try {
    const address = new URL(url, document.baseURI)
    return url && address.origin === location.origin ? address.pathname + address.search + address.hash : ''
  } catch {
    return ''
  }
}
