// Answers to what a limit withheld. The question is a task of Airflow's: it is answered there, with the person's own rights.
"use strict";
(() => {
  const { base, ask, api, part, pause, reason, say } = window.syncHistory;
  const APPROVE = 0, REJECT = 1; // Airflow's options, in its order

  // Parked questions only: an answer to one that is just being put would be lost.
  const question = async (place) => {
    const wanted = new URLSearchParams({ response_received: "false", state: "awaiting_input", body_search: `Decision ${place.dataset.decision}.`, order_by: "-created_at", limit: "1" });
    return (await api(`dags/${part(place.dataset.dag)}/dagRuns/~/hitlDetails?${wanted}`)).hitl_details[0];
  };
  const send = (place, asked, choice) => {
    const task = asked.task_instance;
    return api(`dags/${part(place.dataset.dag)}/dagRuns/${part(task.dag_run_id)}/taskInstances/${part(task.task_id)}/${task.map_index}/hitlDetails`, {
      method: "PATCH",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ chosen_options: [asked.options[choice]], params_input: {} }),
    });
  };
  const state = async (place) => {
    const all = (await ask(`${base}/runs/${place.dataset.of}/decisions.json`)).decisions;
    return all.find((one) => String(one.id) === place.dataset.decision) || { status: "superseded", next_run: null };
  };

  const show = (place, { note = "", answers = false, elsewhere = false }) => {
    const said = place.querySelector("[data-note]");
    said.textContent = note;
    said.hidden = !note;
    place.querySelector("[data-answers]").hidden = !answers;
    place.querySelector("[data-elsewhere]").hidden = !elsewhere;
  };

  const decide = async (place, choice) => {
    place.dataset.answering = "";
    show(place, { note: choice === APPROVE ? "Telling Airflow to apply it…" : "Telling Airflow to leave them as they are…" });
    try {
      const asked = await question(place);
      if (asked) await send(place, asked, choice);
    } catch (error) {
      if (error.status !== 409) { // 409: somebody else was first, which the state below tells
        show(place, { note: error.status === 403 ? "You may not answer this: ask for the right to the DAG that asks." : reason(error), answers: true });
        delete place.dataset.answering;
        return;
      }
    }
    for (;;) {
      try {
        const now = await state(place);
        if (now.status === "approved" || now.status === "applied") {
          if (now.next_run) { window.location.assign(`${base}/runs/${now.next_run}`); return; }
          show(place, { note: "Approved. The run that applies it is about to begin…" });
        } else if (now.status !== "open") {
          window.location.reload();
          return;
        } else {
          // Airflow may lose an answer in the moment of the question, and asks the same again.
          const again = await question(place);
          if (again) await send(place, again, choice);
        }
      } catch { /* asked again below */ }
      await pause(1500);
    }
  };

  document.querySelectorAll("[data-decision]").forEach(async (place) => {
    while (!("answering" in place.dataset)) {
      try {
        const asked = await question(place);
        if (!("answering" in place.dataset)) show(place, asked ? { answers: true } : { elsewhere: true });
        if (asked) return;
      } catch (error) {
        show(place, { note: reason(error), elsewhere: true });
      }
      await pause(5000);
    }
  });

  document.querySelectorAll("form[data-answer]").forEach((form) => form.addEventListener("submit", () => {
    const place = document.querySelector(`[data-decision="${form.dataset.for}"]`);
    say("Answering…");
    decide(place, form.dataset.answer === "approve" ? APPROVE : REJECT);
  }));
})();
