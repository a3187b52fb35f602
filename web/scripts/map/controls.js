/** Names and states that the ready-made controls do not tell screen readers. */
export function tidyControls(map) {
  const box = map.getContainer()
  const toggle = box.querySelector('.leaflet-control-layers-toggle')
  toggle?.setAttribute('aria-label', 'Choose what the map shows')
  toggle?.setAttribute('title', 'Choose what the map shows')
  const layers = box.querySelector('.leaflet-control-layers')
  layers?.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return
    layers.classList.remove('leaflet-control-layers-expanded')
    toggle.focus()
  })
  for (const link of box.querySelectorAll('.leaflet-bar a:not([role])')) {
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
