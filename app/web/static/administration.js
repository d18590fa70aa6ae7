// Follows what goes on without loading the page again: the same page is asked for, and its part taken.
"use strict";

addEventListener("DOMContentLoaded", () => {
  const place = document.getElementById("suivi");
  // the answer to a form has the address of the form: the page itself is the one that is marked
  const here = document.querySelector(".volets a[aria-current]").href;
  const running = () => place.dataset.enCours === "oui";
  const ask = async () => {
    try {
      const got = await fetch(here, { cache: "no-store" });
      if (got.status !== 200) return;
      const page = new DOMParser().parseFromString(await got.text(), "text/html");
      const now = page.getElementById("suivi");
      if (!now) return;
      place.dataset.enCours = now.dataset.enCours;
      if (now.innerHTML !== place.innerHTML && !place.contains(document.activeElement)) {
        place.innerHTML = now.innerHTML;
      } else {
        for (const name of ["avancement", "annonce"]) {
          const [before, after] = [place, now].map((one) => one.querySelector(`.${name}`));
          if (before && after && before.innerHTML !== after.innerHTML) before.innerHTML = after.innerHTML;
        }
      }
      if (!running()) location.assign(here);
    } catch {
      // the server is away for a moment: the next try will tell
    } finally {
      if (running()) setTimeout(ask, 2000);
    }
  };
  if (place && running()) setTimeout(ask, 2000);
});
