import { define } from "../helpers.js";

/**
 * Shows one of its parts: the browser cannot show push notifications, blocks them, or they are off or on here. The form
 * that turns them on is sent with the subscription that the browser made for the site's `key`.
 */
define("push-switch", class extends HTMLElement {
  async connectedCallback() {
    if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) return;
    this.part("off").addEventListener("submit", (event) => {
      event.preventDefault();
      this.turnOn(event.target);
    });
    const worker = await navigator.serviceWorker.getRegistration(this.getAttribute("worker"));
    const subscription = await worker?.pushManager.getSubscription();
    this.part("on")?.addEventListener("submit", () => subscription?.unsubscribe());
    const isOn = this.hasAttribute("registered") && subscription && this.isOurs(subscription);
    this.show(isOn ? "on" : Notification.permission === "denied" ? "blocked" : "off");
  }

  async turnOn(form) {
    const button = form.querySelector("button");
    button.disabled = true;
    try {
      const permission = await Notification.requestPermission();
      if (permission === "denied") return this.show("blocked");
      if (permission !== "granted") return;
      const { endpoint, keys } = (await this.subscribed()).toJSON();
      form.elements.endpoint.value = endpoint;
      form.elements.public_key.value = keys.p256dh;
      form.elements.auth_secret.value = keys.auth;
      form.submit();
    } catch {
      this.querySelector("[data-failed]").hidden = false;
    } finally {
      button.disabled = false;
    }
  }

  async subscribed() {
    await navigator.serviceWorker.register(this.getAttribute("worker"));
    const { pushManager } = await navigator.serviceWorker.ready;
    const before = await pushManager.getSubscription();
    if (before && this.isOurs(before)) return before;
    await before?.unsubscribe();
    return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: this.getAttribute("key") });
  }

  /** Whether it was made for the site's present key: another one is of no use any more. */
  isOurs(subscription) {
    const key = subscription.options.applicationServerKey;
    const text = btoa(String.fromCharCode(...new Uint8Array(key))).replaceAll("+", "-").replaceAll("/", "_");
    return text.replaceAll("=", "") === this.getAttribute("key");
  }

  part(state) {
    return this.querySelector(`[data-state=${state}]`);
  }

  show(state) {
    for (const part of this.querySelectorAll("[data-state]")) part.hidden = part.dataset.state !== state;
  }
});
