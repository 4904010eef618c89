"""Sign in by address and password; sign out."""

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from apps.core.client_address import client_address
from apps.dashboard.forms import SignInForm
from apps.dashboard.security import secured
from apps.dashboard.sign_in_limit import forget_failures, note_failure, wait_s


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@secured
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """The sign-in page. A wrong password and an unknown address get the same answer."""
    if request.user.is_authenticated:
        return redirect(_next(request))
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        problem = _try(request, **form.cleaned_data)
        if not problem:
            return redirect(_next(request))
        form.add_error(None, problem)
    status = 200 if request.method != "POST" else 422
    return render(request, "dashboard/sign_in.html", {"form": form, "next": _next(request)}, status=status)


@require_POST
@secured
def sign_out(request: HttpRequest) -> HttpResponseBase:
    """End the session."""
    logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


def _try(request: HttpRequest, *, email: str, password: str) -> str:
    """Sign in. Returns what is wrong, in a sentence, or nothing."""
    address = client_address(request)
    if seconds := wait_s(email, address):
        minutes = -(-seconds // 60)
        return f"Too many wrong passwords. Try again in {minutes} minute{'s' if minutes > 1 else ''}."
    user = authenticate(request, username=email, password=password)
    if user is None:
        note_failure(email, address)
        return "This address and password do not match. Check both and try again."
    forget_failures(email, address)
    login(request, user)
    return ""


def _next(request: HttpRequest) -> str:
    """Where to go afterwards: a page of this site only."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else resolve_url(settings.LOGIN_REDIRECT_URL)
