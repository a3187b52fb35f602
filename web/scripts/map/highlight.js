const HIGHLIGHT = 'safeplaces:highlight'

/**
 * The list and the map point at each other. Elements of the page with `data-reference` and signs of the map send
 * `safeplaces:highlight` with `{ reference }` (null to end it) when they are pointed at or get the focus, and both listen.
 */
export function startHighlighting(map, group) {
  const box = map.getContainer()
  let markers = new Map()
  const send = (reference) => document.dispatchEvent(new CustomEvent(HIGHLIGHT, { detail: { reference } }))
  const referenceOf = ({ target }) => {
    const sign = target.closest?.('[data-place-reference]')
    if (sign && box.contains(sign)) return sign.dataset.placeReference
    const item = target.closest?.('[data-reference]')
    return item && !box.contains(item) ? item.dataset.reference : undefined
  }
  for (const [begins, ends] of [['mouseover', 'mouseout'], ['focusin', 'focusout']]) {
    document.addEventListener(begins, (event) => {
      const reference = referenceOf(event)
      if (reference) send(reference)
    })
    document.addEventListener(ends, (event) => {
      if (referenceOf(event)) send(null)
    })
  }
  document.addEventListener(HIGHLIGHT, ({ detail }) => {
    for (const element of document.querySelectorAll('.is-highlighted')) element.classList.remove('is-highlighted')
    if (!detail?.reference) return
    const marker = markers.get(detail.reference)
    const sign = marker && (marker.getElement() ?? group.getVisibleParent(marker)?.getElement())
    sign?.classList.add('is-highlighted')
    for (const item of document.querySelectorAll(`[data-reference="${CSS.escape(detail.reference)}"]`)) {
      item.classList.add('is-highlighted')
    }
  })
  return { placesAre: (found) => (markers = found) }
}
