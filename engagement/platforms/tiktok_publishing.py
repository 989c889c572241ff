"""What both of TikTok's programmes do with a post they accepted: look at it until it has its id, and never lose it."""

from abc import abstractmethod

from engagement.platforms import errors
from engagement.platforms.base import PlatformAdapter, Remember
from engagement.platforms.tiktok_errors import FAIL_REASONS
from engagement.values import Draft, PublishedPost


class ModeratedAdapter(PlatformAdapter):
    """A programme that accepts a post with a handle, processes and moderates it, and gives its id later."""

    def lists_at_once(self, draft: Draft) -> bool:
        """Posts are moderated first."""
        return False

    @abstractmethod
    def _look(self, publish_id: str) -> PublishedPost:
        """How far a post is. Raises the failure that the platform names."""

    def _failed(self, failure: errors.PlatformError) -> errors.PlatformError:
        """Why a post failed. A limit that only its processing met closes budgets like any other."""
        if isinstance(failure, errors.RateLimited):
            self.http.note(failure)
        return failure

    def _accepted(self, publish_id: str, remember: Remember) -> PublishedPost:
        remember(publish_id)
        return self._watched(publish_id)

    def _watched(self, publish_id: str) -> PublishedPost:
        try:
            return self._watch(lambda: self._look(publish_id))
        except errors.PlatformError as error:
            if error.code in FAIL_REASONS:
                raise
            # It was accepted: that a look failed must not lose the handle, or the post would be sent again.
            return PublishedPost(publish_id=publish_id)

    def resume(self, publish_id: str, draft: Draft) -> PublishedPost:
        """Look again. A post whose processing failed in the meantime never comes back: it has to be planned again."""
        try:
            return self._watch(lambda: self._look(publish_id))
        except (errors.TemporaryFailure, errors.RateLimited) as error:
            if error.code not in FAIL_REASONS:
                raise
            raise errors.Rejected(error.message, platform=self.platform, code=error.code, advice=error.advice) from None
        except (errors.AccessDenied, errors.Rejected) as error:
            if error.code in FAIL_REASONS:
                raise
            # It was accepted: a status that may not be read says nothing of what became of it.
            raise errors.OutcomeUnknown(
                error.message, platform=self.platform, status=error.status, code=error.code, publish_id=publish_id
            ) from None
