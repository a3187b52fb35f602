// From this size on the open key covers little of what the map shows.
const ROOMY = 900
const TALL = 480
const STEPS = [['none', 'no place'], ['few', '1 or 2'], ['some', '3 to 5'], ['many', '6 or more']]

/** The key: what signs and tints mean, for those that the map shows. Folded away where the map is small. */
export function addKey(map, { signs, layers }) {
  const control = L.control({ position: 'bottomright' })
  const lines = new Map()
  const list = element('ul', 'map-key__list')
  const tints = element('div', 'map-key__tints')
  control.onAdd = () => {
    const box = element('div', 'leaflet-bar map-key')
    const body = element('div', 'map-key__body')
    body.id = `${map.getContainer().id}_key`
    body.append(list, tints)
    const button = element('button', 'map-key__button', 'Key')
    button.type = 'button'
    button.setAttribute('aria-controls', body.id)
    const open = (isOpen) => {
      button.setAttribute('aria-expanded', String(isOpen))
      body.hidden = !isOpen
    }
    button.addEventListener('click', () => {
      open(body.hidden)
      map.fire('moveend') // names make room
    })
    const size = map.getSize()
    open(size.x >= ROOMY && size.y >= TALL)
    box.append(body, button)
    L.DomEvent.disableClickPropagation(box)
    L.DomEvent.disableScrollPropagation(box)
    return box
  }
  for (const { group, label, svg } of signs) {
    if (lines.has(group)) continue
    const line = element('li', 'map-key__line')
    line.hidden = true
    const picture = element('span', 'map-key__sign')
    picture.innerHTML = svg // markup of our own, from web/map/signs.py
    line.append(picture, label)
    lines.set(group, line)
    list.append(line)
  }
  const together = element('li', 'map-key__line')
  together.hidden = true
  together.append(element('span', 'map-cluster map-key__cluster', '9'), 'Several places: zoom in')
  list.append(together)
  control.addTo(map)
  return {
    groupsShown(features) {
      const groups = new Map(signs.map(({ code, group }) => [code, group]))
      const last = signs.at(-1).group
      const shown = new Set(features.map(({ properties: { kind, assurance } }) => groups.get(kind) ?? groups.get(assurance) ?? last))
      for (const [group, line] of lines) line.hidden = !shown.has(group)
      together.hidden = typeof layers.places.options.maxClusterRadius !== 'function'
    },
    countsShown() {
      if (tints.childElementCount) return
      tints.append(element('p', '', 'Safe places in a division'))
      const row = element('ul', 'map-key__steps')
      for (const [step, words] of STEPS) {
        const line = element('li', '', words)
        line.prepend(element('span', `map-key__tint map-key__tint--${step}`))
        row.append(line)
      }
      tints.append(row)
    }
  }
}

function element(tag, className, words = '') {
  const made = document.createElement(tag)
  if (className) made.className = className
  made.textContent = words
  return made
}
