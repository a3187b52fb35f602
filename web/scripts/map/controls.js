// Pixels from the middle of a sign.
const FREE = 13

/** Names and states that the ready-made controls do not tell screen readers. */
export function tidyControls(map) {
  const box = map.getContainer()
  const toggle = box.querySelector('.leaflet-control-layers-toggle')
  if (toggle) toggle.title = 'Choose what the map shows'
  const layers = box.querySelector('.leaflet-control-layers')
  layers?.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return
    layers.classList.remove('leaflet-control-layers-expanded')
    toggle.focus()
  })
  for (const link of box.querySelectorAll('.leaflet-bar a:not([role]), .leaflet-control-layers-toggle')) {
    link.setAttribute('role', 'button')
    if (!link.getAttribute('aria-label') && link.title) link.setAttribute('aria-label', link.title)
  }
  // A link that is a button answers to the space bar.
  box.querySelector('.leaflet-control-container')?.addEventListener('keydown', (event) => {
    if (event.key !== ' ' || !event.target.matches('a[role="button"]')) return
    event.preventDefault()
    event.target.click()
  })
}

/** Rectangles, in pixels of the map's panes, of what lies over the map and hides what is under it: controls and cards. */
export function boxesOver(map) {
  const box = map.getContainer()
  const { left, top } = box.getBoundingClientRect()
  const corner = map.containerPointToLayerPoint([-left, -top])
  return [...box.querySelectorAll('.leaflet-control, .leaflet-popup-content-wrapper, .map-status')]
    .map((over) => over.getBoundingClientRect())
    .filter(({ width }) => width)
    .map((over) => L.bounds(corner.add([over.left, over.top]), corner.add([over.right, over.bottom])))
}

/**
 * Signs of which too little is left beside a control to hit them, or to see the focus on them, are left out until the map
 * is moved; WCAG 2.2 asks for a circle of 24 pixels (2.5.8).
 */
export function leaveOutCovered(map, boxes) {
  for (const icon of map.getPane('markerPane').children) {
    const at = L.DomUtil.getPosition(icon)
    const covers = ({ min, max }) => at.x > min.x - FREE && at.x < max.x + FREE && at.y > min.y - FREE && at.y < max.y + FREE
    icon.classList.toggle('is-covered', icon !== document.activeElement && boxes.some(covers))
  }
}
