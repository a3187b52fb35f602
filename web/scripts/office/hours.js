import { askFragment, makeAsker } from './asking.js'

const FIELDS = ['hours_by', 'opening_hours', 'opens_*', 'closes_*', 'on_bank_holidays', 'closures']

/** Reads the opening hours back in words while they are being typed. The server reads them; this only asks. */
export function startHours() {
  const part = document.querySelector('[data-hours]')
  const form = part?.closest('form')
  const reading = part?.querySelector('[data-hours-reading]')
  if (!form || !reading) return
  const ask = makeAsker(async (signal) => {
    reading.replaceChildren(await askFragment(form, part.dataset.hours, FIELDS, signal))
  })
  part.addEventListener('input', ask)
  part.addEventListener('change', ask)
  part.querySelector('[data-same-hours]')?.addEventListener('click', () => {
    const [opens, closes] = ['opens_0', 'closes_0'].map((name) => form.elements[name].value)
    for (let day = 1; day < 5; day += 1) {
      form.elements[`opens_${day}`].value = opens
      form.elements[`closes_${day}`].value = closes
    }
    ask()
  })
}
