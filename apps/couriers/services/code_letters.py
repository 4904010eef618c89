"""The letter with a sign-in code, in the courier's language."""

import logging

from django.core.mail import send_mail

from apps.couriers.lifecycle import Language

logger = logging.getLogger(__name__)

FRENCH = """Bonjour,

Votre code de connexion à Coursier est {code}.
Il est valable dix minutes. Ne le donnez à personne : nous ne vous le demanderons jamais.

Si vous n'avez rien demandé, ignorez ce message.
"""
ENGLISH = """Hello,

Your code to sign in to Coursier is {code}.
It is good for ten minutes. Give it to nobody: we will never ask you for it.

If you asked for nothing, ignore this message.
"""
LETTERS: dict[str, tuple[str, str]] = {
    Language.FRENCH.value: ("Votre code de connexion : {code}", FRENCH),
    Language.ENGLISH.value: ("Your sign-in code: {code}", ENGLISH),
}


def send_letter(*, email: str, code: str, language: str) -> None:
    """Send it, from `COURSIER_EMAIL_FROM`. Who has no address gets none. Raises OSError or SMTPException."""
    if not email:
        logger.warning("A courier without an e-mail address asked for a sign-in code, and codes go by e-mail.")
        return
    subject, text = LETTERS[language]
    send_mail(subject.format(code=code), text.format(code=code), None, [email])
