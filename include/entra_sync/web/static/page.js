// What the page does beyond links and forms. What changes something is asked of Airflow's API with the person's cookie.
"use strict";
(() => {
  const { base, airflow } = document.body.dataset;
  const every = (selector, root = document) => Array.from(root.querySelectorAll(selector));
  const say = (text) => { document.getElementById("said").textContent = text; };
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const STEPS = { open_run: "starting", extract: "reading the directory", validate: "checking", transform: "making profiles", load: "applying", announce: "telling other DAGs", ask: "asking for a decision", close_run: "finishing", tell: "sending notices" };

  class Refused extends Error {
    constructor(status, text) { super(text); this.status = status; }
  }

  const ask = async (address, options = {}) => {
    const answer = await fetch(address, { credentials: "same-origin", ...options, headers: { Accept: "application/json", ...(options.headers || {}) } });
    if (!answer.ok) {
      let text = "";
      try { text = (await answer.json()).detail; } catch { /* no JSON */ }
      throw new Refused(answer.status, typeof text === "string" ? text : "");
    }
    return answer.json();
  };
  const api = (path, options) => ask(`${airflow}/api/v2/${path}`, options);
  const part = encodeURIComponent;

  const reason = (error) => {
    if (error instanceof Refused) {
      if (error.status === 401) return "You are signed out: load the page again.";
      if (error.status === 403) return "You may not do this.";
      if (error.status === 404) return "Airflow does not know this.";
      return error.message || `Airflow answered ${error.status}.`;
    }
    return "Airflow cannot be reached.";
  };

  // Links out of the frame: its sandbox allows no navigation of the page around it, a click inside that page does.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-airflow-link]");
    if (!link || window.parent === window || event.ctrlKey || event.metaKey || event.shiftKey) return;
    try {
      const outside = window.parent.document.createElement("a");
      outside.href = link.href;
      window.parent.document.body.append(outside);
      outside.click();
      outside.remove();
      event.preventDefault();
    } catch { /* framed by something else: the link works as it is */ }
  });

  every("[data-submit]").forEach((select) => select.addEventListener("change", () => select.form.requestSubmit()));

  // Parts that come later.
  const fragment = async (address) => {
    const answer = await fetch(address, { credentials: "same-origin", headers: { Accept: "text/html" } });
    if (answer.redirected) { window.location.reload(); }
    const holder = document.createElement("template");
    holder.innerHTML = await answer.text(); // escaped by the server; the page's policy runs no inline script
    if (!answer.ok) {
      const text = holder.content.querySelector("main p");
      throw new Refused(answer.status, text ? text.textContent : "");
    }
    return holder.content;
  };
  const trouble = (error) => {
    const note = document.createElement("p");
    note.className = "note bad";
    note.textContent = error instanceof Refused && error.message ? error.message : "This part cannot be shown now.";
    return note;
  };

  // For the scripts of single pages.
  window.syncHistory = { base, ask, api, part, pause, reason, say, fragment, trouble };

  every("[data-load]").forEach(async (place) => {
    try {
      const loaded = await fragment(place.dataset.load);
      const named = loaded.querySelector("[data-name]");
      const label = document.querySelector("[data-label]");
      if (named && label && label.textContent === "Person") { label.textContent = named.dataset.name; document.title = named.dataset.name; }
      place.replaceChildren(loaded);
    } catch (error) {
      place.replaceChildren(trouble(error));
    }
  });

  // Steps of a run, from Airflow.
  const tasks = async (dag, run) => {
    const found = (await api(`dags/${part(dag)}/dagRuns/${part(run)}/taskInstances`)).task_instances;
    const order = Object.keys(STEPS);
    return found.sort((one, other) => order.indexOf(one.task_id) - order.indexOf(other.task_id));
  };
  const COLOURS = { success: "success", failed: "failed", upstream_failed: "failed", running: "running", up_for_retry: "partial", queued: "running", scheduled: "running" };
  const cell = (text, className) => {
    const made = document.createElement("td");
    made.textContent = text;
    if (className) made.className = className;
    return made;
  };
  const spent = (seconds) => (seconds === null ? "" : seconds < 10 ? `${seconds.toFixed(1)} s` : seconds < 60 ? `${Math.round(seconds)} s` : `${Math.floor(seconds / 60)} min ${String(Math.round(seconds % 60)).padStart(2, "0")} s`);
  const showSteps = async (place) => {
    const { dag, dagRun } = place.dataset;
    const note = place.querySelector("[data-note]");
    try {
      const found = await tasks(dag, dagRun);
      place.querySelector("tbody").replaceChildren(...found.map((task) => {
        const row = document.createElement("tr");
        const state = cell("");
        const badge = document.createElement("span");
        badge.className = `badge ${COLOURS[task.state] || "plain"}`;
        badge.textContent = (task.state || "waiting").replaceAll("_", " ");
        state.append(badge);
        const log = cell("");
        if (task.try_number) {
          const link = document.createElement("a");
          link.href = `${airflow}/dags/${part(dag)}/runs/${part(dagRun)}/tasks/${part(task.task_id)}`;
          link.dataset.airflowLink = "";
          link.textContent = "Log";
          link.setAttribute("aria-label", `Log of ${task.task_id}`);
          log.append(link);
        }
        const started = task.start_date ? new Date(task.start_date).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" }) : "";
        row.append(cell(task.task_id.replaceAll("_", " ")), state, cell(started, "quiet"), cell(spent(task.duration), "n"), cell(task.try_number || "", "n"), log);
        return row;
      }));
      place.querySelector("table").hidden = false;
      note.hidden = true;
      return found.some((task) => !["success", "failed", "skipped", "upstream_failed", "removed"].includes(task.state));
    } catch (error) {
      note.textContent = error.status === 404 ? "Airflow does not know this run any more: its own history was cleaned, or the sync ran from the command line." : reason(error);
      return false;
    }
  };
  every("[data-steps]").forEach(async (place) => {
    while (await showSteps(place)) await pause(2000);
  });

  // A run that is at work: its step, then the page again when it has ended.
  every("[data-live]").forEach(async (place) => {
    const { live, run } = place.dataset;
    const step = place.querySelector("[data-step]");
    for (;;) {
      try {
        const found = (await ask(`${base}/progress.json?account=${part(live)}`)).run;
        if (!found || String(found.id) !== run || found.finished) { window.location.reload(); return; }
        const all = await tasks(place.dataset.dag || `entra_sync_${live}`, found.dag_run_id);
        const now = all.find((task) => task.state === "running") || all.find((task) => task.state === "up_for_retry");
        const read = [found.requests && `${found.requests.toLocaleString("en")} requests`, found.users_seen && `${found.users_seen.toLocaleString("en")} people`].filter(Boolean).map((one) => `, ${one}`).join("");
        if (step && now) step.textContent = `${STEPS[now.task_id] || now.task_id}${now.state === "up_for_retry" ? ", to be tried again" : ""}${read}`;
      } catch { /* asked again below */ }
      await pause(2000);
    }
  });

  // Until the run has its row. One that ends without: its account file does not pass, or the database was away.
  const follow = async (account, dagRun, dag) => {
    let ended = false;
    for (let turn = 1; ; turn += 1) {
      const found = (await ask(`${base}/progress.json?account=${part(account)}&dag_run_id=${part(dagRun)}`)).run;
      if (found) { window.location.assign(`${base}/runs/${found.id}`); return; }
      if (ended) throw new Refused(0, "The run ended before its first step: the log of open_run in Airflow says why.");
      if (turn % 3 === 0) ended = ["success", "failed"].includes((await api(`dags/${part(dag)}/dagRuns/${part(dagRun)}`)).state);
      await pause(1000);
    }
  };
  every("[data-wait-run]").forEach((place) => follow(place.dataset.waitAccount, place.dataset.waitRun, place.dataset.waitDag).catch((error) => {
    place.querySelector("[data-note]").textContent = reason(error);
    say(reason(error));
  }));

  // Run now: a second one while one runs joins it. Of two people who press at the same moment both ask for the run after
  // the same newest one, by the same id: Airflow makes it once, and answers 409 to the second.
  const another = (run, preview) => {
    if (Boolean(run.conf && run.conf.dry_run) === preview) return;
    throw new Refused(0, preview ? "A sync is at work: preview again when it has ended." : "A preview is at work, which changes nothing: run again when it has ended.");
  };
  const begin = async (dag, newest, conf) => {
    const id = `manual__after_${newest ? newest.run_after : "none"}`;
    try {
      await api(`dags/${part(dag)}/dagRuns`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ dag_run_id: id, logical_date: null, conf, note: "Run now, from Sync history" }),
      });
    } catch (error) {
      if (error.status !== 409) throw error;
      another(await api(`dags/${part(dag)}/dagRuns/${part(id)}`), conf.dry_run);
    }
    return id;
  };
  every("[data-open]").forEach((button) => button.addEventListener("click", () => document.getElementById(button.dataset.open).showModal()));
  every("[data-close]").forEach((button) => button.addEventListener("click", () => button.closest("dialog").close()));
  every("[data-run-now]").forEach((form) => form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const note = form.querySelector("[data-note]");
    const start = form.querySelector("[data-start]");
    const tell = (text) => { note.textContent = text; note.hidden = false; say(text); };
    const dag = form.elements.dag_id.value;
    const account = form.elements.dag_id.selectedOptions[0].dataset.account;
    const how = form.elements.how.value;
    start.disabled = true;
    try {
      const known = await api(`dags/${part(dag)}`);
      if (known.is_paused) { tell("The DAG is paused: unpause it in Airflow, then run again."); start.disabled = false; return; }
      const newest = (await api(`dags/${part(dag)}/dagRuns?order_by=-id&limit=1`)).dag_runs[0];
      const open = (await api(`dags/${part(dag)}/dagRuns?state=running&state=queued&order_by=id&limit=1`)).dag_runs[0];
      if (open) another(open, how === "preview");
      let run = open && open.dag_run_id;
      if (!run) {
        tell("Starting…");
        run = await begin(dag, newest, { mode: how === "preview" ? "auto" : how, dry_run: how === "preview" });
      }
      tell(run === (open && open.dag_run_id) ? "A sync is at work already: joining it." : "Waiting for Airflow to begin…");
      await follow(account, run, dag);
    } catch (error) {
      tell(error.status === 403 ? "You may look, but not start a sync: ask for the right to trigger this DAG." : reason(error));
      start.disabled = false;
    }
  }));
})();
