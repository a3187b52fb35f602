import { polygonsOf, toLatLngs } from './geometry.js'
import { element } from './elements.js'
import { makeCard, openCard, placesInWords } from './cards.js'

// Leaflet leaves out points that lie within this many pixels of a line; more would open gaps between neighbours.
const SMOOTH = 0.4

/** The areas around: land without any detail. */
export function drawAreas(group, features) {
  for (const feature of features) {
    const shape = { className: 'map-land', pane: 'land', interactive: false, smoothFactor: SMOOTH }
    group.addLayer(L.polygon(toLatLngs(polygonsOf(feature)), shape))
  }
}

/** The divisions: fills that tell how many places each has, and lines with a casing, drawn once for all. */
export function drawDivisions(map, { layers, division }, features) {
  const group = layers.divisions
  const rings = []
  for (const feature of features) {
    const latLngs = toLatLngs(polygonsOf(feature))
    if (!latLngs.length) continue
    const { gss_code: code, name, places } = feature.properties
    const fill = L.polygon(latLngs, { className: `map-division map-division--${stepOf(places)}`, smoothFactor: SMOOTH })
    fill.bindTooltip(() => tooltipOf(name, places), { sticky: true, className: 'map-tip', direction: 'top', offset: [0, -6] })
    fill.on('click', (event) => openCard(map, event.latlng, divisionCard(feature.properties)))
    group.addLayer(fill)
    rings.push(...latLngs.flat())
    if (code === division) {
      const chosen = { pane: 'lines', interactive: false, smoothFactor: SMOOTH }
      group.addLayer(L.polygon(latLngs, { ...chosen, className: 'map-chosen-casing' }))
      group.addLayer(L.polygon(latLngs, { ...chosen, className: 'map-chosen' }))
    }
  }
  const closed = rings.map((ring) => [...ring, ring[0]])
  const line = { pane: 'lines', interactive: false, smoothFactor: SMOOTH }
  const casing = L.polyline(closed, { ...line, className: 'map-casing' })
  const edge = L.polyline(closed, { ...line, className: 'map-edge' })
  group.addLayer(casing).addLayer(edge)
  edge.bringToBack()
  casing.bringToBack()
}

/** How many places a division has, in the four steps of the key. */
function stepOf(places) {
  if (!Number.isFinite(places)) return 'unknown'
  return places === 0 ? 'none' : places < 3 ? 'few' : places < 6 ? 'some' : 'many'
}

function tooltipOf(name, places) {
  const words = element('div')
  words.append(element('strong', '', name))
  if (Number.isFinite(places)) words.append(element('br'), placesInWords(places))
  return words
}

function divisionCard({ name, places, url, link }) {
  return makeCard({
    title: name,
    url,
    lines: ['Electoral division', ...(Number.isFinite(places) ? [placesInWords(places)] : [])],
    link: link ?? 'See its places and councillors'
  })
}
