import { createAll } from 'govuk-frontend/dist/govuk/init.mjs'
import { NotificationBanner } from 'govuk-frontend/dist/govuk/components/notification-banner/notification-banner.mjs'
import { PasswordInput } from 'govuk-frontend/dist/govuk/components/password-input/password-input.mjs'
import { startFilters } from './filters.js'
import { startHours } from './hours.js'
import { startReveal } from './reveal.js'
import { startSelection } from './selection.js'

// GOV.UK Frontend asks for these; main.js, which sets them too, may come later.
document.body.classList.add('js-enabled', 'govuk-frontend-supported')
for (const component of [NotificationBanner, PasswordInput]) createAll(component)
startFilters()
startSelection()
startHours()
startReveal()
