// What script adds to the pages: govuk-frontend's own, the progress of a job, a button to copy a ULN, passkeys, and a
// warning before a session ends. Every page works without it.
import { initAll } from "./govuk-frontend.js";

initAll();
document.querySelectorAll(".govuk-radios__input[aria-expanded]").forEach(dropExpanded);
document.querySelectorAll("[data-progress]").forEach(followJob);
document.querySelectorAll("[data-copy]").forEach(offerCopy);
document.querySelectorAll("[data-passkey]").forEach(usePasskey);
document.querySelectorAll("dialog[data-seconds]").forEach(warnBeforeEnd);

// govuk-frontend marks a radio that shows more as expanded or not, which ARIA has for checkboxes but not for radios.
function dropExpanded(radio) {
  const drop = () => radio.removeAttribute("aria-expanded");
  drop();
  new MutationObserver(drop).observe(radio, { attributeFilter: ["aria-expanded"] });
}

// Asks every five seconds how a job is doing and changes the words of its status, which are read aloud. When the job
// is finished, it shows the link to the result; nothing else moves.
function followJob(status) {
  const words = status.querySelector("[data-words]");
  const link = status.parentElement.querySelector("[data-result]");
  const timer = setInterval(async () => {
    const response = await fetch(status.dataset.progress, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!response || !response.ok) return;
    const progress = await response.json();
    if (words.textContent !== progress.words) words.textContent = progress.words;
    if (progress.finished) {
      clearInterval(timer);
      link.hidden = false;
    }
  }, 5000);
}

// A button that puts a ULN on the clipboard and says so beside it.
function offerCopy(button) {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.nextElementSibling.textContent = button.dataset.copied;
  });
}

// Before a form with a question for a passkey is sent, asks the browser and puts its answer into the form. A form that is
// of no use without a passkey is hidden until here.
function usePasskey(question) {
  const read = { create: "parseCreationOptionsFromJSON", get: "parseRequestOptionsFromJSON" }[question.dataset.passkey];
  if (!window.PublicKeyCredential || !PublicKeyCredential[read]) return;
  const form = question.closest("form");
  const failed = question.querySelector("[data-failed]");
  form.hidden = false;
  question.querySelector("[data-unable]").hidden = true;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    failed.textContent = "";
    try {
      const publicKey = PublicKeyCredential[read](JSON.parse(question.dataset.options));
      const answer = await navigator.credentials[question.dataset.passkey]({ publicKey });
      form.querySelector("[name=answer]").value = JSON.stringify(answer.toJSON());
      form.submit();
    } catch {
      failed.textContent = failed.dataset.failed;
    }
  });
}

// Two minutes before the session ends, says so and offers to stay. What is done in another tab counts.
function warnBeforeEnd(dialog) {
  const warning = 120;
  const form = dialog.querySelector("form");
  const left = dialog.querySelector("[data-left]");
  const tabs = new BroadcastChannel("session");
  const lasts = Number(dialog.dataset.seconds);
  let end;

  function begin() {
    end = Date.now() + lasts * 1000;
    if (dialog.open) dialog.close();
  }
  tabs.addEventListener("message", begin);
  begin();
  tabs.postMessage("active");

  setInterval(() => {
    const seconds = Math.round((end - Date.now()) / 1000);
    if (seconds <= 0) location.assign("/sign-in");
    if (seconds > warning) return;
    if (!dialog.open) dialog.showModal();
    const minutes = Math.ceil(seconds / 60);
    const words = seconds > 60 ? `${minutes} minutes` : seconds > 30 ? "1 minute" : "less than 30 seconds";
    if (left.textContent !== words) left.textContent = words;
  }, 1000);

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const request = { method: "POST", body: new URLSearchParams(new FormData(form)) };
    const response = await fetch(form.action, request).catch(() => null);
    if (response && response.ok && !response.url.endsWith("/sign-in")) {
      begin();
      tabs.postMessage("active");
    } else {
      location.assign("/sign-in");
    }
  });
}
