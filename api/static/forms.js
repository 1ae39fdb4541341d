// Forms that send JSON to the service: data-send, data-to, then data-then, data-show or data-said, and data-list.
import { send, tell } from "./api.js";

const value = (field) => {
  if (field.type === "checkbox" && field.name !== "scopes") return field.checked;
  if (field.type === "number") return field.value === "" ? null : Number(field.value);
  return field.value;
};

const collect = (form) => {
  const body = {};
  for (const field of form.elements) {
    if (!field.name) continue;
    if (field.name === "scopes") {
      body.scopes ??= [];
      if (field.checked) body.scopes.push(field.value);
    } else body[field.name] = value(field);
  }
  return body;
};

const show = (form, text) => {
  const place = form.querySelector("output") ?? form.appendChild(document.createElement("output"));
  place.textContent = text;
};

// What was made stands in its list at once.
const renew = async (id) => {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.getElementById(id).replaceWith(document.adoptNode(fresh.getElementById(id)));
};

document.querySelectorAll("form[data-send]").forEach((form) => {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    form.querySelector("[role=alert]").hidden = true;
    const body = collect(form);
    try {
      const told = await send(form.dataset.send, form.dataset.to, Object.keys(body).length ? body : undefined);
      if (form.dataset.then) location.assign(form.dataset.then);
      else show(form, form.dataset.show ? told[form.dataset.show] : form.dataset.said);
      if (form.dataset.list) await renew(form.dataset.list);
    } catch (error) {
      tell(form, error);
    }
  });
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-delete]");
  if (!button || (button.dataset.ask && !confirm(button.dataset.ask))) return;
  try {
    const told = await send("DELETE", button.dataset.delete);
    if (told?.id) location.assign(`/receipts/${told.id}`);
    else button.closest("li, tr").remove();
  } catch (error) {
    tell(document, error);
  }
});
