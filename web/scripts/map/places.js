import { makeCard, openCard } from './cards.js'
import { element } from './elements.js'
import { gather } from './gathering.js'

const SIGN_SIZE = 34
const OWN_LEVEL = 1000
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

/** A sign with the number of places that it stands for; the place that the page is about keeps its own sign, with the number. */
const ClusterIcon = L.DivIcon.extend({
  createIcon(old) {
    const icon = L.DivIcon.prototype.createIcon.call(this, old)
    const { count, own } = this.options
    const words = own ? icon.appendChild(element('span')) : icon
    words.textContent = own ? `+${count - 1}` : count.toLocaleString('en-GB')
    icon.setAttribute('aria-label', `${own ? `${own.name} and ${count - 1} more` : `${count} safe places`} here: zoom in to see them`)
    if (own) icon.dataset.placeReference = own.reference
    return icon
  }
})

export function clusterIcon(cluster) {
  const count = cluster.getChildCount()
  const { own } = cluster._group
  if (own && cluster.getAllChildMarkers().includes(own)) {
    cluster.options.zIndexOffset = OWN_LEVEL
    const { options } = own.getIcon()
    return new ClusterIcon({ ...options, count, own: own.place, className: `${options.className} map-sign--more` })
  }
  const size = count < 100 ? 36 : count < 1000 ? 44 : 52
  return new ClusterIcon({ count, className: 'map-cluster', iconSize: [size, size] })
}

/**
 * Draws places: GeoJSON points with `reference`, `name`, `kind`, `kind_label`, `assurance`, `town`,
 * `opening_hours_text`, `status_label`, `url`. Resolves with the markers by reference when all are on the map.
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
  listen(map, group)
  const own = (group.own = markers.get(chosen))
  if (own) {
    own.setZIndexOffset(OWN_LEVEL)
    const { options } = own.getIcon()
    own.setIcon(L.divIcon({ ...options, className: `${options.className} is-chosen` }))
  }
  await gather(map, group, [...new Set([own, ...markers.values()])].filter(Boolean))
  return markers
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
    if (group._spiderfied) setTimeout(focus)
    else map.once('moveend', () => setTimeout(focus))
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
  const { name, kind_label: kind, town, assurance, opening_hours_text: hours, status_label: status, url } = marker.place
  const card = makeCard({
    title: name,
    url,
    lines: [[kind, town].filter(Boolean).join(', '), hours, status, ASSURANCE_WORDS[assurance]],
    link: 'See this place'
  })
  const findOpener = () => marker.getElement() ?? group.getVisibleParent(marker)?.getElement()
  openCard(map, marker.getLatLng(), card, { findOpener, offset: [0, -SIGN_SIZE / 2 + 6] })
}
