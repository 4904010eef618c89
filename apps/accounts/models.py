"""Tables of accounts: users, organisations, memberships, API keys."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from apps.core import clock
from apps.core.db import Record


class UserManager(BaseUserManager["User"]):
    """Makes users; the address is the name they sign in with."""

    def create_user(self, email: str, password: str | None = None, **values: Any) -> "User":
        """Make a person; without a password they cannot sign in."""
        user = self.model(email=self.normalize_email(email).lower(), **values)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **values: Any) -> "User":
        """Make a platform administrator."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **values)


class User(AbstractBaseUser, Record):
    """A person who signs in to the portal. What they may do comes from their memberships; staff see everything."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=80)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    is_superuser = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name

    def has_perm(self, perm: str, obj: object | None = None) -> bool:
        """The admin's question: only platform administrators may."""
        return self.is_active and self.is_superuser

    def has_module_perms(self, app_label: str) -> bool:
        """The admin's question for a whole app."""
        return self.is_active and self.is_superuser


class Organisation(Record):
    """A company on the platform: a merchant, a hub operator, a fleet owner, or several of these."""

    name = models.CharField(max_length=80)
    slug = models.SlugField(unique=True)
    is_merchant = models.BooleanField(default=False)
    is_hub_operator = models.BooleanField(default=False)
    is_fleet_owner = models.BooleanField(default=False)
    currency = models.CharField(max_length=3, default="EUR")
    time_zone = models.CharField(max_length=40, default="Europe/Paris")
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.name


class MemberRole(models.TextChoices):
    """What a member may do for the organisation."""

    OWNER = "owner"
    DISPATCHER = "dispatcher"
    VIEWER = "viewer"


class Membership(Record):
    """A user belongs to an organisation, with a role."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=MemberRole.choices, default=MemberRole.VIEWER)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "organisation"], name="one_membership_per_user")
        ]

    def __str__(self) -> str:
        return f"{self.user} at {self.organisation} ({self.role})"


class ApiKey(Record):
    """A key of an organisation's system. Only its SHA-256 is kept: it is shown once, when it is made."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=24)  # the first characters, to tell keys apart in lists
    secret_hash = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    is_test = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.prefix}… ({self.name})"
