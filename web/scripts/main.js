import { createAll } from 'govuk-frontend/dist/govuk/init.mjs'
import { Button } from 'govuk-frontend/dist/govuk/components/button/button.mjs'
import { ErrorSummary } from 'govuk-frontend/dist/govuk/components/error-summary/error-summary.mjs'
import { SkipLink } from 'govuk-frontend/dist/govuk/components/skip-link/skip-link.mjs'
import { startExit } from './exit.js'
import { startFilter } from './filter.js'
import { startPosition } from './position.js'
import { startPrint } from './print.js'

// GOV.UK Frontend refuses to start its components without this class, which its own template sets with an inline script.
document.body.classList.add('js-enabled', 'govuk-frontend-supported')
startExit()
for (const component of [Button, ErrorSummary, SkipLink]) createAll(component)
startPosition()
startFilter()
startPrint()
