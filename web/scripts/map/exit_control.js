/** The full screen hides the page, and with it "Exit this page": there the map carries one of its own. */
export function addExit(map) {
  const ofPage = document.querySelector('.govuk-js-exit-this-page-button')
  if (!ofPage) return
  const control = L.control({ position: 'topright' })
  control.onAdd = () => {
    const button = document.createElement('button')
    button.type = 'button'
    button.className = 'map-exit'
    button.textContent = 'Exit this page'
    L.DomEvent.disableClickPropagation(button)
    button.addEventListener('click', () => ofPage.click())
    return button
  }
  map.on('enterFullscreen', () => control.addTo(map))
  map.on('exitFullscreen', () => control.remove())
}
