// What Gradio leaves to the page: its language, links to citations, focus and announcements.
"use strict";

// Gradio's own labels follow the browser's language; this page has one for everyone.
const { lang } = document.documentElement;
for (const [name, value] of [["language", lang], ["languages", [lang]]]) {
  Object.defineProperty(navigator, name, { get: () => value });
}
window.__gradio_mode__ = "app";

// A French sentence in the language of the page, which brings the others along (app/web/index.py).
const words = JSON.parse(document.documentElement.dataset.mots ?? "{}");
function _(sentence) {
  return words[sentence] ?? sentence;
}

// A session that has ended: whatever the page asks next is refused, and leads to the login.
const fetched = window.fetch;
window.fetch = async (...request) => {
  const response = await fetched(...request);
  if (response.status === 401 && new URL(response.url).origin === location.origin) {
    location.assign("/connexion");
  }
  if (response.status === 429) {
    response.clone().text().then((said) => warn(sentenceOf(said)), () => {});
  }
  return response;
};

// A refusal is JSON where Gradio's script posts, else the sentence alone (app/web/refused.py).
function sentenceOf(said) {
  try {
    return JSON.parse(said).detail;
  } catch {
    return said;
  }
}

// Gradio's own notices are headed « Error (2) » and are not shown: what they say is said above the
// page, and in our words where they are Gradio's.
const heard = new WeakSet();
const THEIRS = /\b(connection|server|queue|error(ed)?|session|failed|unexpected|timed? ?out)\b/i;
function hear() {
  for (const notice of document.querySelectorAll("[data-testid=toast-text]")) {
    const said = notice.textContent.trim();
    if (heard.has(notice) || !said) continue;
    heard.add(notice);
    if (!document.querySelector("#limite").hidden) continue; // said already
    warn(THEIRS.test(said) ? _("La demande n'a pas abouti : réessayez dans un moment, ou rechargez la page.") : said);
  }
}

// A limit that is reached: its sentence stands above the page until the next question.
function warn(sentence) {
  const place = document.querySelector("#limite");
  place.textContent = sentence;
  place.hidden = !sentence;
  place.scrollIntoView({ block: "nearest" });
}

let followed = null; // the link to a citation that was followed last
let awaited = ""; // the citation whose panel has not come yet
let shown = ""; // the citation in the panel
let asked = ""; // the question shown last
let sheet = null; // the image in the panel
let halted = null; // the notice that a question was stopped
let begun = false; // the box has had the focus with which the page opens
let times = 0;
let holding = false; // a new answer is kept in view as it grows, until its reader moves

for (const kind of ["wheel", "touchmove", "pointerdown", "keydown"]) {
  addEventListener(kind, () => { holding = false; }, { capture: true, passive: true });
}

// The question stands at the top while its answer grows under it; the first one may stand lower.
function hold() {
  const question = holding ? document.querySelector("#reponse h2") : null;
  if (!question) return;
  const { top } = question.getBoundingClientRect();
  if (question.id === "tour-1" && top >= 0 && top < innerHeight / 3) return;
  question.scrollIntoView({ block: "start" });
}

function follow(link) {
  const field = document.querySelector("#choix textarea, #choix input");
  if (!field) return;
  const reference = link.getAttribute("href").slice(1);
  followed = link;
  awaited = reference;
  field.value = `${reference} ${++times}`; // a counter: the same link may be followed twice
  field.dispatchEvent(new Event("input", { bubbles: true }));
  if (shown === reference) toPanel();
}

function toPanel() {
  awaited = "";
  document.querySelector("#preuve h2")?.focus({ preventScroll: true });
  if (!beside()) document.querySelector("#source")?.scrollIntoView({ block: "start" });
}

// « /?reprendre=… » : the conversation is asked for once, and the address is plain again.
function takeUp() {
  const id = new URLSearchParams(location.search).get("reprendre");
  const field = document.querySelector("#reprise textarea, #reprise input");
  if (!id || !field || !document.querySelector("#exemples button")) return;
  history.replaceState(null, "", "/");
  field.value = id;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

// Whether the source stands beside the answer and scrolls by itself, or below it.
function beside() {
  const panel = document.querySelector("#source");
  return panel !== null && getComputedStyle(panel).overflowY === "auto";
}

function toAnswer() {
  const link = followed && followed.isConnected
    ? followed
    : document.querySelector(`a[href="#${shown}"]`);
  link?.focus({ preventScroll: true });
  link?.scrollIntoView({ block: beside() ? "nearest" : "center" });
}

// « Aller à la réponse » : its citations come next by Tab.
function toHeading() {
  const heading = document.querySelector("#reponse h2");
  heading?.focus({ preventScroll: true });
  heading?.scrollIntoView({ block: "start" });
}

// What an element says, as it was written: without asides, nor the spaces of its display.
function plain(element) {
  const copied = element.cloneNode(true);
  for (const aside of copied.querySelectorAll(".lu, .mention")) aside.remove();
  for (const space of copied.querySelectorAll(".fine")) space.replaceWith(" ");
  for (const line of copied.querySelectorAll("br")) line.replaceWith("\n");
  return copied.textContent.replace(/[ \t]+/g, " ").trim();
}

// An answer as text: its references keep their numbers, and what they stand for comes below.
function asText(turn) {
  const sentences = [...turn.querySelectorAll(".phrase:not(.non-verifiee)")].map(plain);
  const cited = [...turn.querySelectorAll(".sources:not(.proches) li a")];
  const sources = cited.map((link) => link.title || plain(link));
  return [plain(turn.querySelector(".question")), "", ...sentences, "", _("Sources :"), ...sources].join("\n");
}

async function copy(turn) {
  let done = _("Réponse copiée, avec ses références.");
  try {
    await navigator.clipboard.writeText(asText(turn));
  } catch {
    done = copyOtherwise(asText(turn)) ? done : _("La réponse n'a pas pu être copiée : sélectionnez-la.");
  }
  document.querySelector("#annonce").textContent = done;
  const link = turn.querySelector(".suites a[href^='#copier']");
  if (link) link.textContent = done;
}

// The whole name of an act: « Conseil municipal de …, délibération n° … ».
async function copyReference(link) {
  const text = document.querySelector("#preuve .reference")?.textContent ?? "";
  let copied = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copied = copyOtherwise(text);
  }
  const done = copied ? _("Référence copiée.") : _("Elle n'a pas pu être copiée : sélectionnez-la.");
  document.querySelector("#annonce").textContent = done;
  link.textContent = done;
}

// Where the page is served without TLS on a network, browsers have no clipboard for it.
function copyOtherwise(text) {
  const field = document.body.appendChild(document.createElement("textarea"));
  field.value = text;
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}

// What somebody thinks of an answer goes to its own address; nothing is kept by the browser.
async function judge(link, said) {
  const told = await send(`/reponse/${link.getAttribute("href").slice(-12)}/avis`, said, _("Merci, votre avis est noté."));
  if (link.isConnected) link.closest("p").textContent = told;
}

// « #contester-0123456789ab-2 » : citation 2 of that answer.
async function judgeCitation(link, verdict, texte) {
  const [, answer, numero] = link.getAttribute("href").match(/-([0-9a-f]{12})-(\d+)$/);
  const done = (verdict === "confirmed"
    ? _("Citation [{numero}] confirmée : c'est noté.")
    : _("Citation [{numero}] contestée : c'est noté.")).replace("{numero}", numero);
  // the links stay: who changes their mind says so again
  const told = await send(`/reponse/${answer}/citation`, { numero, verdict, texte }, done);
  const place = link.isConnected ? link.closest("p") : null;
  if (!place) return;
  place.querySelector("span").textContent = told;
  if (told === done && place.previousElementSibling?.matches(".verdict")) place.previousElementSibling.remove();
}

// Says what came of it, and returns the sentence.
async function send(address, said, well) {
  const sent = new URLSearchParams({ jeton: document.body.dataset.jeton, ...said });
  let done = well;
  try {
    const response = await fetch(address, { method: "POST", body: sent, redirect: "manual" });
    if (!response.ok && response.type !== "opaqueredirect") done = _("Votre avis n'a pas pu être noté : rechargez la page.");
  } catch {
    done = _("Le serveur ne répond pas : votre avis n'a pas été noté.");
  }
  document.querySelector("#annonce").textContent = done;
  return done;
}

// The last question once more, as if it had been typed: its new answer stands in its place.
function askAgain(link) {
  const question = plain(link.closest(".tour").querySelector(".question"));
  const field = document.querySelector("#question textarea");
  if (!field || document.querySelector(".travail")) return;
  field.value = question;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  asked = ""; // held in view like a new one
  setTimeout(() => document.querySelector("#envoyer")?.click(), 50);
}

function report(link) {
  say("#signaler", ({ motif, texte }) => judge(link, { motif, texte }));
}

// The box has the focus when the page opens, and the page stays at its top: on a phone, where a focus
// brings up the keyboard, none.
function begin() {
  const field = begun ? null : document.querySelector("#question textarea");
  if (!field) return;
  begun = true;
  if (document.activeElement === document.body && !matchMedia("(hover: none)").matches) field.focus({ preventScroll: true });
}

// A question that was stopped goes back into the box, unless something is written there by then; what
// is typed next takes its place.
function giveBack() {
  const notice = document.querySelector("#etape .arretee");
  if (notice === halted) return;
  halted = notice;
  const field = document.querySelector("#question textarea");
  const question = document.querySelector("#reponse .question");
  if (!notice || !question || field.value.trim()) return;
  field.value = plain(question);
  field.dispatchEvent(new Event("input", { bubbles: true }));
  if (document.activeElement === field) field.select();
}

// A dialog of the page; what is written in it is handed on once it is sent.
function say(which, then) {
  const dialog = document.querySelector(which);
  const form = dialog.querySelector("form");
  form.reset();
  dialog.returnValue = "";
  dialog.onclose = () => {
    if (dialog.returnValue !== "envoyer") return;
    then(Object.fromEntries(new FormData(form)));
  };
  dialog.showModal();
}

// A double click sends once: the second would wait, and send what is written by then.
document.addEventListener(
  "click",
  (event) => {
    if (event.detail > 1 && event.target.closest("#envoyer")) event.stopImmediatePropagation();
  },
  true,
);

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']");
  if (!link) return;
  const href = link.getAttribute("href");
  if (/^#[cp]-\d+-\d+$/.test(href)) follow(link);
  else if (/^#copier-\d+$/.test(href)) copy(link.closest(".tour"));
  else if (/^#utile-[0-9a-f]{12}$/.test(href)) judge(link, { utile: "oui" });
  else if (/^#signaler-[0-9a-f]{12}$/.test(href)) report(link);
  else if (/^#confirmer-[0-9a-f]{12}-\d+$/.test(href)) judgeCitation(link, "confirmed", "");
  else if (/^#contester-[0-9a-f]{12}-\d+$/.test(href)) {
    say("#contester", ({ texte }) => judgeCitation(link, "contested", texte));
  }
  else if (/^#reposer-\d+$/.test(href)) askAgain(link);
  else if (href === "#reference") copyReference(link);
  else if (href === "#retour") toAnswer();
  else if (href === "#reponse") toHeading();
  else if (href === "#question") document.querySelector("#question textarea")?.focus();
  else return;
  event.preventDefault();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.closest("#source")) toAnswer();
});

function set(selector, attributes) {
  const element = document.querySelector(selector);
  for (const [name, value] of Object.entries(attributes)) {
    if (element && element.getAttribute(name) !== value) element.setAttribute(name, value);
  }
}

// Words of the records, to stand in a sentence of ours.
function inFrench(text) {
  if (lang === "fr") return text;
  const span = document.createElement("span");
  span.lang = "fr";
  span.textContent = text;
  return span;
}

// What comes from the records is French on any page; Gradio's own components have no place for it.
function markFrench() {
  if (lang === "fr") return;
  for (const element of document.querySelectorAll(".exemple, #fonds label, #question textarea")) {
    if (element.lang !== "fr") element.lang = "fr";
  }
}

// Gradio's sanitiser drops aria-*: they are put where they belong whenever the page changes.
function tend() {
  // what a model is still writing is read aloud once, when it is checked
  const busy = String(document.querySelector("#reponse .en-cours") !== null);
  set("#reponse [data-testid=markdown]", { role: "log", "aria-live": "polite", "aria-busy": busy, "aria-label": _("Réponse") });
  set("#etape [data-testid=markdown]", { role: "status" });
  set("#source", { role: "region", "aria-label": _("Source citée") });
  set("#tours", { role: "region", "aria-label": _("Questions et réponses") });
  markFrench();
  hear();
  begin();
  giveBack();
  takeUp();
  const question = document.querySelector("#reponse h2");
  if ((question?.id ?? "") !== asked) {
    asked = question?.id ?? "";
    warn("");
    holding = question !== null;
  }
  hold();
  const title = document.querySelector("#preuve h2");
  const reference = title ? title.id.slice(4) : "";
  for (const link of document.querySelectorAll("#tours a[href^='#c-'], #tours a[href^='#p-']")) {
    const current = link.getAttribute("href") === `#${reference}`;
    if (current && !link.hasAttribute("aria-current")) link.setAttribute("aria-current", "true");
    if (!current) link.removeAttribute("aria-current");
  }
  if (reference !== shown) {
    shown = reference;
    const [before, after] = _("Source : {titre}").split("{titre}");
    document.querySelector("#annonce").replaceChildren(...(title ? [before, inFrench(title.textContent), after] : []));
  }
  if (awaited && awaited === reference) toPanel();
  const image = document.querySelector("#feuillet img");
  if (image !== sheet) {
    sheet = image;
    toPassage();
  }
}

// Where the panel scrolls by itself, scroll it to the boxed passage.
function toPassage() {
  const panel = document.querySelector("#source");
  const passage = document.querySelector("#passage");
  if (!beside()) return;
  const below = passage ? passage.getBoundingClientRect().top - panel.getBoundingClientRect().top : 0;
  const head = document.querySelector("#entete").offsetHeight; // stays above it
  panel.scrollTop = below > panel.clientHeight - 60 ? panel.scrollTop + below - head - 130 : 0;
}

// « J'ai compris » : the notice goes, and the page stays with all that was asked on it.
async function understood(form) {
  let noted = false;
  try {
    const body = new URLSearchParams(new FormData(form));
    const response = await fetch(form.action, { method: "POST", body, redirect: "manual" });
    noted = response.type === "opaqueredirect";
  } catch {
    // said below
  }
  if (!noted) {
    warn(_("Le serveur n'a pas pu le noter : réessayez dans un moment."));
    return;
  }
  form.closest(".usages").remove();
  document.querySelector("#annonce").textContent = _("C'est noté.");
  const answer = document.querySelector("#reponse h2");
  (answer ?? document.querySelector("#question textarea"))?.focus({ preventScroll: true });
}

document.addEventListener("submit", (event) => {
  if (!event.target.closest(".usages")) return;
  event.preventDefault();
  understood(event.target);
});

new ResizeObserver(hold).observe(document.documentElement);
new MutationObserver(tend).observe(document, { childList: true, subtree: true });
