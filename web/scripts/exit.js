import { ExitThisPage } from 'govuk-frontend/dist/govuk/components/exit-this-page/exit-this-page.mjs'

/**
 * Exit this page, leaving one trace less: the neutral page takes this page's place in the browser's history, so that
 * its Back button does not lead straight back here. Pages seen before this one stay in the history; the page says so.
 */
class ExitInPlace extends ExitThisPage {
  exitPage() {
    document.title = 'Loading'
    document.body.classList.add('govuk-exit-this-page-hide-content')
    const cover = document.createElement('div')
    cover.className = 'govuk-exit-this-page-overlay'
    cover.setAttribute('role', 'alert')
    cover.textContent = this.i18n.t('activated')
    document.body.append(cover)
    this.$overlay = cover
    window.location.replace(this.$button.href)
  }
}
ExitInPlace.moduleName = ExitThisPage.moduleName

/** Start every exit button of the page. */
export function startExit() {
  for (const root of document.querySelectorAll('[data-module="govuk-exit-this-page"]')) new ExitInPlace(root)
}
