import { askFragment, makeAsker } from './asking.js'

const FIELDS = ['location_by', 'postcode', 'uprn', 'grid', 'lon', 'lat', 'location_quality_m']
const METRES_IN_A_DEGREE = 111_320
const STEP_M = 2
const LONG_STEP_M = 20
const CLOSE_ZOOM = 15.5
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }

/**
 * The pin of a place on the map of its form: dragged, or moved with the arrow keys once it has the focus. The fields of
 * longitude and latitude say the same; what the server makes of them (division, flags) appears beside the map.
 */
function startPin(part, map) {
  const form = part.closest('form')
  const found = part.querySelector('[data-location-found]')
  const place = part.querySelector('[data-pin-place]')
  // Signs of other places would lie under the pin; the layers' menu brings them back.
  map.eachLayer((layer) => layer instanceof L.MarkerClusterGroup && map.removeLayer(layer))
  const fields = { lon: form.elements.lon, lat: form.elements.lat }
  let pin

  const write = ({ lat, lng }) => {
    fields.lon.value = lng.toFixed(6)
    fields.lat.value = lat.toFixed(6)
    form.querySelector('input[name="location_by"][value="pin"]').click()
    ask()
  }
  const ask = makeAsker(async (signal) => {
    const fragment = await askFragment(form, part.dataset.location, FIELDS, signal)
    found.replaceChildren(fragment)
    const { lon, lat } = fragment.dataset
    if (lon && lat) show(L.latLng(Number(lat), Number(lon)))
  })
  const show = (latlng) => {
    if (!pin) {
      pin = makePin(map, latlng, write)
      map.setView(latlng, Math.max(map.getZoom(), CLOSE_ZOOM), { animate: false })
      if (place) place.textContent = 'Bring the pin to the middle of the map'
    } else if (pin.getLatLng().distanceTo(latlng) > 0.5) {
      pin.setLatLng(latlng)
      if (!map.getBounds().pad(-0.1).contains(latlng)) map.setView(latlng, Math.max(map.getZoom(), CLOSE_ZOOM), { animate: false })
    }
  }

  part.addEventListener('input', (event) => {
    if (FIELDS.includes(event.target.name)) ask()
  })
  place?.addEventListener('click', () => {
    show(map.getCenter())
    pin.setLatLng(map.getCenter())
    write(pin.getLatLng())
    pin.getElement().focus()
  })
  place?.removeAttribute('hidden')
  const shown = found.querySelector('[data-lon]')?.dataset
  if (shown?.lat) show(L.latLng(Number(shown.lat), Number(shown.lon)))
}

function makePin(map, latlng, moved) {
  const icon = L.divIcon({ className: 'map-pin', iconSize: [34, 44], iconAnchor: [17, 42] })
  const pin = L.marker(latlng, { icon, draggable: true, autoPan: true, zIndexOffset: 1000 }).addTo(map)
  const element = pin.getElement()
  element.setAttribute('role', 'button')
  element.setAttribute('aria-label', 'Pin of the place: drag it, or move it with the arrow keys, with Shift for longer steps')
  pin.on('dragend', () => moved(pin.getLatLng()))
  element.addEventListener('keydown', (event) => {
    const move = MOVES[event.key]
    if (!move) return
    event.preventDefault()
    event.stopPropagation() // the map would move as well
    const { lat, lng } = pin.getLatLng()
    const metres = event.shiftKey ? LONG_STEP_M : STEP_M
    const degree = METRES_IN_A_DEGREE * Math.cos((lat * Math.PI) / 180)
    pin.setLatLng(L.latLng(lat + (move[1] * metres) / METRES_IN_A_DEGREE, lng + (move[0] * metres) / degree))
    map.panInside(pin.getLatLng(), { padding: [60, 60], animate: false })
    moved(pin.getLatLng())
  })
  return pin
}

const part = document.querySelector('[data-location]')
const box = part?.querySelector('[data-map]')
// Folium names the map after its element.
const map = box && window[box.id]
if (part && map instanceof L.Map) startPin(part, map)
