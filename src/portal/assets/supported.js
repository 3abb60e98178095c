// Says before the page is drawn that scripts run, so that nothing moves once they have.
document.body.className +=
  " js-enabled" + ("noModule" in HTMLScriptElement.prototype ? " govuk-frontend-supported" : "");
