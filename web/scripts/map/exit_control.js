import { buttonOf } from './elements.js'

/** The full screen hides the page, and with it "Exit this page": there the map carries one of its own. */
export function addExit(map) {
  const ofPage = document.querySelector('.govuk-js-exit-this-page-button')
  if (!ofPage) return
  const control = L.control({ position: 'topright' })
  control.onAdd = () => {
    const button = buttonOf('map-exit', 'Exit this page', () => ofPage.click())
    L.DomEvent.disableClickPropagation(button)
    return button
  }
  map.on('enterFullscreen', () => control.addTo(map))
  map.on('exitFullscreen', () => control.remove())
}
