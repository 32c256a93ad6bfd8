"""Actions about accounts, followers and collaborators: this door tells nothing of anybody."""

from portal.catalogue.packages import find_package_id
from portal.ckan.actions import Call, action
from portal.ckan.errors import ActionNotFound, NotAuthorized, ValidationError


@action("user_show")
def user_show(_call: Call) -> object:
    """Return a user account: none is shown at this door. :param id: the id or name of the user."""
    raise ActionNotFound


@action("user_list")
def user_list(_call: Call) -> object:
    """Return a list of the site's user accounts: none is shown at this door."""
    return []


@action("user_autocomplete")
def user_autocomplete(call: Call) -> object:
    """Return a list of user names that contain a string: none is shown at this door. :param q: the string."""
    call.required("q")
    return []


@action("am_following_dataset")
def am_following_dataset(_call: Call) -> object:
    """Return whether you are following a dataset: nobody can at this door."""
    raise NotAuthorized


@action("am_following_group")
def am_following_group(_call: Call) -> object:
    """Return whether you are following a group: nobody can at this door."""
    raise NotAuthorized


@action("dataset_follower_list")
def dataset_follower_list(_call: Call) -> object:
    """Return the list of users that are following the given dataset: that is nobody's business."""
    raise NotAuthorized("Access denied: Not authorized")


@action("group_follower_list")
def group_follower_list(_call: Call) -> object:
    """Return the list of users that are following the given group: that is nobody's business."""
    raise NotAuthorized("Access denied: Not authorized")


@action("dataset_follower_count")
def dataset_follower_count(call: Call) -> object:
    """Return the number of followers of a dataset: nobody can follow one here. :param id: its id or name."""
    if find_package_id(call.session, call.principal, call.required("id")) is None:
        raise ValidationError({"id": ["Not found: Dataset"]})
    return 0


@action("package_collaborator_list")
def package_collaborator_list(_call: Call) -> object:
    """Return the list of all collaborators for a given package: this site has none."""
    raise ValidationError("Dataset collaborators are not offered here")


@action("package_relationships_list")
def package_relationships_list(call: Call) -> object:
    """Return a dataset (package)'s relationships: there are none. :param id: its id or name."""
    if find_package_id(call.session, call.principal, call.required("id")) is None:
        raise ActionNotFound("Not found: First package named in request was not found.")
    return []
