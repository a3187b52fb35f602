import { startHighlighting } from './highlight.js'
import { cooperate } from './gestures.js'
import { addExit } from './exit_control.js'
import { drawAreas, drawDivisions } from './areas.js'
import { Names } from './names.js'
import { clusterIcon, drawPlaces } from './places.js'
import { addKey } from './key.js'
import { fetchFeatures, makeStatus } from './loading.js'
import { makeView, showPoint } from './view.js'
import { tidyControls } from './controls.js'

if (matchMedia('(prefers-reduced-motion: reduce)').matches) {
  L.Map.mergeOptions({ zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false, inertia: false })
  // No option says this one: what makes room for a card or brings a focused sign into view slides by itself.
  const { panBy } = L.Map.prototype
  L.Map.include({ panBy(offset, options) { return panBy.call(this, offset, { ...options, animate: false }) } })
}
// The credits stand in the foot of every page and on "About the data"; Leaflet's own are in the licences of the build.
L.Control.Attribution.mergeOptions({ prefix: false })

/**
 * Fetches the register's GeoJSON by address and draws it into the empty layers that Folium made.
 *
 * The element of the map may narrow what is shown, so that one script serves many pages: `data-bounds`
 * ("min lon,min lat,max lon,max lat"), `data-places` (another address of them), `data-division` (GSS code), `data-place` (reference), `data-point` ("lon,lat" that was
 * searched from) with `data-accuracy-m`.
 */
function registerMap(map, given) {
  const box = map.getContainer()
  const options = { ...given, ...wishesOf(box.dataset) }
  box.classList.toggle('has-tiles', options.hasTiles)
  addPanes(map)
  const view = makeView(map, options)
  const status = makeStatus(box)
  const names = new Names(map, options)
  const highlighting = startHighlighting(map, options.layers.places)
  const key = addKey(map, options)
  L.control.scale({ imperial: true, maxWidth: 120 }).addTo(map)
  map.attributionControl?.addAttribution('<a href="/about/data">About the map data</a>')
  tidyControls(map)
  cooperate(map, box)
  addExit(map)
  showPoint(map, options)

  const parts = [
    {
      url: options.divisionsUrl,
      draw: (features) => {
        drawDivisions(map, options, features)
        names.add('division', features)
        view.divisionsAre(features)
        key.countsShown()
      }
    },
    {
      url: options.placesUrl,
      draw: async (features) => {
        performance.mark('safeplaces:places-arrived')
        highlighting.placesAre(await drawPlaces(map, options, features))
        view.placesAre(features)
        key.groupsShown(features)
        names.layOut()
        performance.mark('safeplaces:places-drawn')
      }
    },
    {
      url: options.surroundingsUrl,
      optional: true,
      draw: (features) => {
        drawAreas(options.layers.surroundings, features)
        names.add('area', features)
        view.surroundingsAre(features)
      }
    },
    { url: options.settlementsUrl, optional: true, draw: (features) => names.add('settlement', features) }
  ]
  load(parts.filter((part) => part.url))

  async function load(wanted) {
    status.busy()
    const missing = []
    await Promise.all(
      wanted.map(async (part) => {
        try {
          await part.draw(await fetchFeatures(part.url))
        } catch (error) {
          console.warn(`${part.url}: ${error.message}`)
          if (!part.optional) missing.push(part)
        }
      })
    )
    await options.layers.places.gathered?.drawn // again, where the view has changed
    if (missing.length) status.failed(() => load(missing))
    else status.done()
    box.dataset.drawn = missing.length ? 'in-part' : 'whole'
  }
}

function wishesOf(data) {
  const numbers = (text) => text.split(',').map(Number)
  const wishes = {}
  if (data.bounds) wishes.bounds = numbers(data.bounds)
  if (data.places) wishes.placesUrl = data.places
  if (data.division) wishes.division = data.division
  if (data.place) wishes.place = data.place
  if (data.point) wishes.point = numbers(data.point)
  if (data.accuracyM) wishes.accuracyM = Number(data.accuracyM)
  return { hasOwnBounds: Boolean(data.bounds), ...wishes }
}

/** Below Leaflet's overlays (400): land. Between them and the signs (600): lines, names. */
function addPanes(map) {
  for (const [name, level] of [['land', 350], ['lines', 420], ['names', 450]]) {
    const pane = map.createPane(name)
    pane.classList.add(`map-pane-${name}`)
    pane.style.zIndex = level
    if (name !== 'land') pane.style.pointerEvents = 'none'
  }
}

window.safeplaces = { ...window.safeplaces, registerMap, clusterIcon }
