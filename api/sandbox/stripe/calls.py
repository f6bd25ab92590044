"""The API's calls on customers, methods, intents, mandates and sessions. No HTTP here."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from api.sandbox.stripe.book import Book
from api.sandbox.stripe.wire import ApiError, ApiRequest, Json, page

Call = Callable[[Book, ApiRequest, str], Json]
"""Takes the book, the request and the base address of the pages."""


def _list_customers(book: Book, request: ApiRequest, _: str) -> Json:
    request.only("limit", "starting_after", "email")
    found = book.of("customer", email=request.text("email"))
    return page([c for c in found if c["id"] not in book.deleted], request)


def _create_customer(book: Book, request: ApiRequest, _: str) -> Json:
    request.only("name", "email", "metadata", "preferred_locales")
    made = book.new_customer(
        name=request.text("name"),
        email=request.text("email"),
        metadata=request.params.get("metadata", {}),
    )
    book.event("customer.created", made)
    return made


def _retrieve_customer(book: Book, request: ApiRequest, _: str) -> Json:
    customer_id = request.parts["id"]
    if customer_id in book.deleted:
        return {"id": customer_id, "object": "customer", "deleted": True}
    return book.customer(customer_id, param="id")


def _update_customer(book: Book, request: ApiRequest, _: str) -> Json:
    request.only("name", "email", "metadata", "invoice_settings")
    customer = book.customer(request.parts["id"], param="id")
    settings = request.params.get("invoice_settings", {})
    if not isinstance(settings, dict):
        raise ApiError(400, "Invalid object", param="invoice_settings")
    if "default_payment_method" in settings:
        book.make_default(customer["id"], settings["default_payment_method"] or None)
    before: Json = {name: customer[name] for name in ("name", "email") if name in request.params}
    if before:
        customer |= {name: request.text(name) for name in before}
        book.event("customer.updated", customer, before=before)
    return customer


def _delete_customer(book: Book, request: ApiRequest, _: str) -> Json:
    customer = book.customer(request.parts["id"], param="id")
    book.deleted.add(customer["id"])
    for method in book.of("payment_method", customer=customer["id"]):
        book.detach(method["id"])
    book.event("customer.deleted", customer)
    return {"id": customer["id"], "object": "customer", "deleted": True}


def _methods_of_customer(book: Book, request: ApiRequest, _: str) -> Json:
    request.only("limit", "starting_after", "type")
    customer = book.customer(request.parts["id"])
    found = book.of("payment_method", customer=customer["id"], type=request.text("type"))
    return page(found, request)


def _list_methods(book: Book, request: ApiRequest, _: str) -> Json:
    request.only("limit", "starting_after", "type", "customer")
    customer = book.customer(request.required("customer"))
    found = book.of("payment_method", customer=customer["id"], type=request.text("type"))
    return page(found, request)


def _retrieve_method(book: Book, request: ApiRequest, _: str) -> Json:
    return book.get("payment_method", request.parts["id"], param="payment_method")


def _attach_method(book: Book, request: ApiRequest, _: str) -> Json:
    request.only("customer")
    return book.attach(request.parts["id"], request.required("customer"))


def _detach_method(book: Book, request: ApiRequest, _: str) -> Json:
    return book.detach(request.parts["id"])


def _list_intents(book: Book, request: ApiRequest, _: str) -> Json:
    request.only("limit", "starting_after", "customer", "payment_method")
    customer_id = request.text("customer")
    if customer_id is not None:
        book.customer(customer_id)
    found = book.of(
        "setup_intent", customer=customer_id, payment_method=request.text("payment_method")
    )
    return page(found, request)


def _retrieve_intent(book: Book, request: ApiRequest, _: str) -> Json:
    return book.get("setup_intent", request.parts["id"], param="intent")


def _retrieve_mandate(book: Book, request: ApiRequest, _: str) -> Json:
    return book.get("mandate", request.parts["id"], param="mandate")


def _create_checkout(book: Book, request: ApiRequest, base: str) -> Json:
    request.only(
        "mode", "customer", "currency", "success_url", "cancel_url", "locale", "metadata",
        "client_reference_id", "payment_method_types", "allowed_payment_method_types",
    )  # fmt: skip
    mode = request.required("mode")
    if mode != "setup":
        raise ApiError(400, f"The sandbox has no mode {mode}", param="mode")
    if not {"currency", "allowed_payment_method_types", "payment_method_types"} & set(
        request.params
    ):
        request.required("currency")
    customer = book.customer(request.required("customer"))
    intent = book.new_intent(customer["id"])
    session = book.add(
        "checkout.session",
        "cs_test",
        {
            "mode": mode,
            "status": "open",
            "payment_status": "no_payment_required",
            "customer": customer["id"],
            "setup_intent": intent["id"],
            "success_url": _address(request, "success_url"),
            "cancel_url": _address(request, "cancel_url")
            if "cancel_url" in request.params
            else None,
            "locale": request.text("locale") or "auto",
            "metadata": request.params.get("metadata", {}),
            "client_reference_id": request.text("client_reference_id"),
        },
    )
    session["url"] = f"{base}/pay/{session['id']}"
    return session


def _retrieve_checkout(book: Book, request: ApiRequest, _: str) -> Json:
    return book.get("checkout.session", request.parts["id"], param="session")


def _expire_checkout(book: Book, request: ApiRequest, _: str) -> Json:
    session = book.get("checkout.session", request.parts["id"], param="session")
    if session["status"] != "open":
        raise ApiError(400, f"This Session is {session['status']}.", param="session")
    session |= {"status": "expired", "url": None}
    book.event("checkout.session.expired", session)
    return session


def _create_portal(book: Book, request: ApiRequest, base: str) -> Json:
    request.only("customer", "return_url", "locale", "configuration", "flow_data")
    customer = book.customer(request.required("customer"))
    session = book.add(
        "billing_portal.session",
        "bps",
        {
            "customer": customer["id"],
            "return_url": _address(request, "return_url"),
            "locale": request.text("locale") or "auto",
        },
    )
    session["url"] = f"{base}/portal/{session['id']}"
    return session


def _list_events(book: Book, request: ApiRequest, _: str) -> Json:
    request.only("limit", "starting_after", "type")
    return page(book.of("event", type=request.text("type")), request)


def _retrieve_event(book: Book, request: ApiRequest, _: str) -> Json:
    return book.get("event", request.parts["id"], param="id")


def _address(request: ApiRequest, name: str) -> str:
    value = request.required(name)
    if not value.startswith(("http://", "https://")):
        raise ApiError(400, "Not a valid URL", code="url_invalid", param=name)
    return value


CALLS: Mapping[tuple[str, str], Call] = MappingProxyType(
    {
        ("GET", "/v1/customers"): _list_customers,
        ("POST", "/v1/customers"): _create_customer,
        ("GET", "/v1/customers/{id}"): _retrieve_customer,
        ("POST", "/v1/customers/{id}"): _update_customer,
        ("DELETE", "/v1/customers/{id}"): _delete_customer,
        ("GET", "/v1/customers/{id}/payment_methods"): _methods_of_customer,
        ("GET", "/v1/payment_methods"): _list_methods,
        ("GET", "/v1/payment_methods/{id}"): _retrieve_method,
        ("POST", "/v1/payment_methods/{id}/attach"): _attach_method,
        ("POST", "/v1/payment_methods/{id}/detach"): _detach_method,
        ("GET", "/v1/setup_intents"): _list_intents,
        ("GET", "/v1/setup_intents/{id}"): _retrieve_intent,
        ("GET", "/v1/mandates/{id}"): _retrieve_mandate,
        ("POST", "/v1/checkout/sessions"): _create_checkout,
        ("GET", "/v1/checkout/sessions/{id}"): _retrieve_checkout,
        ("POST", "/v1/checkout/sessions/{id}/expire"): _expire_checkout,
        ("POST", "/v1/billing_portal/sessions"): _create_portal,
        ("GET", "/v1/events"): _list_events,
        ("GET", "/v1/events/{id}"): _retrieve_event,
    }
)


def concerned_customer(book: Book, request: ApiRequest) -> str | None:
    """Whose data the call is about, for customers who are to get no answer."""
    named = request.text("customer")
    if named is not None:
        return named
    object_id = request.parts.get("id")
    found = book.find(object_id) if object_id is not None else None
    if found is None or found["object"] == "customer":
        return object_id
    owner = found.get("customer")
    return owner if isinstance(owner, str) else None


def unrecognized(method: str, path: str) -> ApiError:
    """No such call."""
    return ApiError(404, f"Unrecognized request URL ({method}: {path}).")
