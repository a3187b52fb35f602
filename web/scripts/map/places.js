import { makeCard, openCard } from './cards.js'

// Up to this many places each keeps a sign of its own; only signs that would hide each other are drawn as one.
const SHOWN_SINGLY = 50
const HIDING = 28
const SIGN_SIZE = 34
const ASSURANCE_WORDS = {
  fit: 'Checked: fit for purpose',
  fit_with_actions: 'Checked: fit, with improvements agreed',
  due: 'Due for review',
  lapsed: 'Its check has lapsed',
  not_fit: 'Not fit for purpose',
  unassessed: 'Not yet checked'
}

/** A place on the map. Its name is given as an attribute when its sign comes into view, never as markup. */
const PlaceMarker = L.Marker.extend({
  _initIcon() {
    L.Marker.prototype._initIcon.call(this)
    const { name, kind_label: kind, reference } = this.place
    this._icon.setAttribute('aria-label', kind ? `${name}, ${kind}` : name)
    this._icon.setAttribute('aria-haspopup', 'dialog')
    this._icon.dataset.placeReference = reference
  }
})

/** A sign with the number of places that it stands for. */
const ClusterIcon = L.DivIcon.extend({
  createIcon(old) {
    const icon = L.DivIcon.prototype.createIcon.call(this, old)
    icon.textContent = this.options.count.toLocaleString('en-GB')
    icon.setAttribute('aria-label', `${this.options.count} safe places here: zoom in to see them`)
    return icon
  }
})

export function clusterIcon(cluster) {
  const count = cluster.getChildCount()
  const size = count < 10 ? 36 : count < 100 ? 42 : count < 1000 ? 50 : 58
  return new ClusterIcon({ count, className: 'map-cluster', iconSize: [size, size] })
}

/**
 * Draws places: GeoJSON points with `reference`, `name`, `kind`, `kind_label`, `assurance`, `town`,
 * `opening_hours_text`, `url`. Resolves with the markers by reference when all are on the map.
 */
export async function drawPlaces(map, { layers, signs, signedBy, place: chosen }, features) {
  const group = layers.places
  const icons = iconsOf(signs)
  const markers = new Map()
  for (const { geometry, properties } of features) {
    if (!geometry?.coordinates) continue
    const [lon, lat] = geometry.coordinates
    const marker = new PlaceMarker([lat, lon], { icon: icons(properties[signedBy]), riseOnHover: true })
    marker.place = properties
    markers.set(properties.reference, marker)
  }
  group.options.maxClusterRadius = markers.size > SHOWN_SINGLY ? reachOf : HIDING
  group.clearLayers() // starts again with that distance
  group.leastZoom = Math.floor(map.getMinZoom())
  listen(map, group)
  const own = markers.get(chosen)
  if (own) {
    own.setZIndexOffset(1000).addTo(map)
    own.getElement().classList.add('is-chosen')
    own.on('click keypress', (event) => whenChosen(event, () => openPlace(map, group, own)))
  }
  const clustered = [...markers.values()].filter((marker) => marker !== own)
  await new Promise((resolve) => {
    if (!clustered.length || !map.hasLayer(group)) resolve()
    group.options.chunkProgress = (done, total) => done === total && resolve()
    group.addLayers(clustered)
  })
  return markers
}

/** How near, in pixels, places are drawn as one: a county in few numbers, a town with most of its signs. */
function reachOf(zoom) {
  return zoom < 11 ? 64 : zoom < 12.5 ? 46 : zoom < 14 ? 32 : 24
}

function iconsOf(signs) {
  const icons = new Map()
  for (const { code, svg } of signs) {
    icons.set(code, L.divIcon({ html: svg, className: 'map-sign', iconSize: [SIGN_SIZE, SIGN_SIZE] }))
  }
  const other = icons.get(signs.at(-1).code)
  return (code) => icons.get(code) ?? other
}

function listen(map, group) {
  if (group.isListening) return
  group.isListening = true
  group.on('click keypress', (event) => whenChosen(event, () => openPlace(map, group, event.layer)))
  // Leaflet.markercluster puts the focus on the map after a key; the nearest of the signs that appear is better.
  group.on('clusterkeypress', ({ originalEvent, layer }) => {
    if (originalEvent.key !== 'Enter') return
    const members = layer.getAllChildMarkers()
    const focus = () => group.getVisibleParent(members[0])?.getElement()?.focus({ preventScroll: true })
    group.once('animationend spiderfied', () => setTimeout(focus))
    map.once('moveend', () => setTimeout(focus))
  })
  // Places were gathered for the zooms that the map had; on a smaller map it may go further out.
  map.on('zoomlevelschange', () => {
    const least = Math.floor(map.getMinZoom())
    if (least >= group.leastZoom) return
    group.leastZoom = least
    const markers = group.getLayers()
    group.clearLayers()
    group.addLayers(markers)
  })
  // Signs are buttons, and buttons answer to the space bar too. Leaflet listens to Enter only.
  map.getContainer().addEventListener('keydown', (event) => {
    if (event.key !== ' ' || !event.target.matches('.leaflet-marker-icon')) return
    event.preventDefault()
    event.target.click()
  })
}

function whenChosen(event, act) {
  if (event.type === 'click' || event.originalEvent.key === 'Enter') act()
}

function openPlace(map, group, marker) {
  const { name, kind_label: kind, town, assurance, opening_hours_text: hours, url } = marker.place
  const card = makeCard({
    title: name,
    url,
    lines: [[kind, town].filter(Boolean).join(', '), hours, ASSURANCE_WORDS[assurance]],
    link: 'See this place'
  })
  const findOpener = () => marker.getElement() ?? group.getVisibleParent(marker)?.getElement()
  openCard(map, marker.getLatLng(), card, { findOpener, offset: [0, -SIGN_SIZE / 2 + 6] })
}
