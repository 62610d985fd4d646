"""Patches of ministack 1.5.33 for features of AWS that it lacks.

For `chalice deploy`: importing a REST API from a Swagger document (with the importer of ministack's
CloudFormation support), an empty `minimumCompressionSize`, and functions that become active at
once, since chalice's waiters poll only every five seconds. For the protocol, as in Lambda: a
retry of an asynchronous invocation keeps its request id, a throttled one waits instead of counting
as failed, and an environment whose handler raised an exception is used again. For enforcing
policies: `*` matches every character including a newline, `sns:Publish` allows PublishBatch, bucket
policies see whether a PUT is conditional, roles of a stack get their permissions boundary, and a
stream is a resource separate from its table. To use less of the machine and of time: a package is
unpacked once, some asynchronous invocations wait for others, the log of an invocation that writes
none is not awaited for long, a batch of a stream is retried soon, and no other ports are probed.
Over TLS it speaks HTTP/1.1, since connections of HTTP/2 with many requests at once sometimes
stopped until the requests were aborted. All of this replaces private functions, so ministack's
version is pinned exactly; the end-to-end tests fail if a new version breaks a patch.
"""

import contextvars
import json
import re
import threading
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from functools import partialmethod
from typing import Any

import hypercorn
import ministack.app as emulator
import ministack.core.iam_actions as actions
import ministack.core.iam_evaluator as policies
import ministack.core.lambda_runtime as runtime
import ministack.services.apigateway_v1 as gateway
import ministack.services.cloudformation.provisioners as provisioners
import ministack.services.iam as identities
import ministack.services.lambda_svc as functions

from infra.emulator import MAX_ASYNCHRONOUS, packages

_LOG_WAIT_SECONDS = 0.01
"""How long the first line of an invocation's log is awaited, which was written before it ended."""

_STREAM_RETRY_SECONDS = 0.2
"""Time after which a batch of a stream is retried; AWS has an exponential backoff."""

_RAISED = (
    '{"status": "error", "error": str(e), "trace"',
    '{"status": "ok", "error": str(e), "trace"',
)
"""What the worker writes when its handler raises an exception, and what does not end it."""

Json = dict[str, Any]

_handle_request = gateway.handle_request
_apply_patch = gateway._apply_patch
_import_operation = gateway._import_operation
_import_rest_api = gateway._import_rest_api
_invoke_async_with_retry = functions.invoke_async_with_retry
_execute_function_dispatch = functions._execute_function_dispatch
_execute_function = functions._execute_function
_invoke = runtime.Worker.invoke
_release_execution_slot = functions._release_execution_slot
_capacity = threading.Condition()
_request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
_asynchronous = threading.Semaphore(MAX_ASYNCHRONOUS)
_has_turn: ContextVar[bool] = ContextVar("has_turn", default=False)
_extract_iam_action = actions.extract_iam_action
_extract_resource_arn = actions.extract_resource_arn
_s3_object_context = actions._s3_object_context
_compile_wildcards = policies._fnmatch_compile


def apply() -> None:
    """Replace functions of ministack in this process; call this once, before its server starts."""
    gateway.handle_request = _handle_request_with_import
    gateway._apply_patch = _apply_patch_with_unset_compression
    gateway._import_operation = _import_operation_with_integration
    gateway._import_rest_api = _import_rest_api_with_binary_types
    functions._schedule_state_transition = _activate_at_once
    functions.invoke_async_with_retry = _invoke_async_with_one_request_id
    functions._execute_function_dispatch = _dispatch_with_one_request_id
    functions._execute_function = _execute_when_capacity_is_free
    functions._release_execution_slot = _release_execution_slot_and_notify
    actions.extract_iam_action = _extract_iam_action_with_batches
    actions.extract_resource_arn = _extract_resource_arn_with_streams
    actions._s3_object_context = _s3_object_context_with_conditions
    policies._fnmatch_compile = _compile_wildcards_with_newlines
    roles = provisioners._RESOURCE_HANDLERS["AWS::IAM::Role"]
    roles.update({step: _with_boundary(roles[step]) for step in ("create", "update")})
    runtime.Worker.invoke = _invoke_and_keep
    runtime._PYTHON_WORKER_SCRIPT = runtime._PYTHON_WORKER_SCRIPT.replace(*_RAISED)
    runtime.Worker._drain_stderr_bounded = partialmethod(
        runtime.Worker._drain_stderr_bounded, first_line_wait=_LOG_WAIT_SECONDS
    )
    functions._ESM_BACKOFF_SECONDS = _STREAM_RETRY_SECONDS
    hypercorn.Config.alpn_protocols = ["http/1.1"]
    emulator._port_is_bindable = lambda _host, _port: False
    packages.share()


async def _handle_request_with_import(
    method: str, path: str, headers: Json, body: bytes, query: Json
) -> Any:
    """Handle imports of REST APIs, and pass all other requests on."""
    match method, [part for part in path.strip("/").split("/") if part]:
        case "POST", ["restapis"] if "import" in query.get("mode", ()):
            api_id = gateway._import_rest_api(json.loads(body))
            return gateway._v1_response(gateway._rest_api_view(gateway._rest_apis[api_id]), 201)
        case "PUT", ["restapis", api_id]:
            if api_id not in gateway._rest_apis:
                return gateway._v1_error("NotFoundException", "no such REST API", 404)
            _overwrite(api_id, json.loads(body))
            return gateway._v1_response(gateway._rest_api_view(gateway._rest_apis[api_id]))
    return await _handle_request(method, path, headers, body, query)


def _overwrite(api_id: str, document: Json) -> None:
    """Replace the resources and authorizers of an API by those of a Swagger document."""
    resources = gateway._resources[api_id]
    roots = {name: resource for name, resource in resources.items() if resource.get("path") == "/"}
    for root in roots.values():
        root["resourceMethods"] = {}
    gateway._resources[api_id] = roots
    gateway._authorizers_v1[api_id] = {}
    schemes = gateway._import_security_schemes(api_id, document)
    for path, item in (document.get("paths") or {}).items():
        gateway._import_path_item(api_id, path, item, schemes, document.get("security"))


def _import_rest_api_with_binary_types(document: Json, base: Json | None = None) -> Any:
    """Import a REST API with its binary media types."""
    base = dict(base or {})
    if types := document.get("x-amazon-apigateway-binary-media-types"):
        base.setdefault("binaryMediaTypes", types)
    return _import_rest_api(document, base)


def _import_operation_with_integration(
    api_id: str,
    resource_id: str,
    method: str,
    operation: Json,
    schemes: Json | None = None,
    security: Any = None,
) -> None:
    """Import an operation with its whole integration; ministack keeps type, method and URI only."""
    _import_operation(api_id, resource_id, method, operation, schemes, security)
    integration = (operation or {}).get("x-amazon-apigateway-integration") or {}
    imported = gateway._resources[api_id][resource_id]["resourceMethods"].get(method) or {}
    target = imported.get("methodIntegration")
    if target:
        for name in ("requestTemplates", "passthroughBehavior", "contentHandling"):
            if integration.get(name) is not None:
                target[name] = integration[name]


def _apply_patch_with_unset_compression(target: Json, operations: list[Json]) -> Json:
    """Apply patch operations; an empty `minimumCompressionSize` becomes None."""
    _apply_patch(target, operations)
    size = target.get("minimumCompressionSize")
    if isinstance(size, str):
        target["minimumCompressionSize"] = int(size) if size else None
    return target


def _activate_at_once(function: str, _delay: float) -> None:
    """Make a function active without a delay."""
    configuration = (functions._functions.get(function) or {}).get("config") or {}
    configuration.update(
        State="Active",
        StateReason="",
        StateReasonCode="",
        LastUpdateStatus="Successful",
        LastUpdateStatusReason="",
        LastUpdateStatusReasonCode="",
    )


def _invoke_async_with_one_request_id(function: Json, event: Json) -> None:
    """Invoke a function asynchronously with one request id for all its attempts."""
    context = contextvars.copy_context()
    context.run(_request_id.set, functions.new_uuid())
    context.run(_invoke_async_with_retry, function, event)


def _dispatch_with_one_request_id(
    function: Json, config: Json, event: Json, request_id: str, started: float
) -> Any:
    """Run a function with the request id of its asynchronous invocation, if it is one."""
    return _execute_function_dispatch(
        function, config, event, _request_id.get() or request_id, started
    )


def _execute_when_capacity_is_free(function: Json, event: Json) -> Any:
    """Run a function; an asynchronous invocation waits for its turn, and while it is throttled."""
    if _request_id.get() is None or _has_turn.get():  # ministack calls this again, from within
        return _execute_function(function, event)
    while True:
        with _asynchronous:
            token = _has_turn.set(True)
            result = _execute_function(function, event)
            _has_turn.reset(token)
        if not result.get("throttle"):
            return result
        with _capacity:
            _capacity.wait(timeout=5)


def _release_execution_slot_and_notify(key: str) -> None:
    """Release a function's execution slot, and wake up a waiting invocation."""
    _release_execution_slot(key)
    with _capacity:
        _capacity.notify()


def _invoke_and_keep(worker: Any, *args: Any, **kwargs: Any) -> Json:
    """Invoke a function in its environment, which ministack would end after an exception."""
    response: Json = _invoke(worker, *args, **kwargs)
    if "trace" in response:
        response["status"] = "error"
    return response


def _compile_wildcards_with_newlines(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    """Compile a policy's wildcards so that `*` matches newlines, too."""
    compiled = _compile_wildcards(pattern, ignore_case)
    return re.compile(compiled.pattern, compiled.flags | re.DOTALL)


def _extract_iam_action_with_batches(*args: Any, **kwargs: Any) -> str | None:
    """Return the action that a request needs, with sns:Publish for PublishBatch.

    Source: SNS Developer Guide, 'API permissions'.
    """
    action = _extract_iam_action(*args, **kwargs)
    return "sns:Publish" if action == "sns:PublishBatch" else action


def _extract_resource_arn_with_streams(
    service: str, method: str, path: str, headers: Json, body: bytes, *args: Any
) -> str:
    """Return the ARN of a request's resource, which is the stream if the request names one."""
    if "dynamodb" in service and b'"StreamArn"' in body:
        return str(json.loads(body)["StreamArn"])
    resource: str = _extract_resource_arn(service, method, path, headers, body, *args)
    return resource


def _s3_object_context_with_conditions(
    action: str, query: Json, path: str, headers: Mapping[str, str]
) -> Json:
    """Return a request's condition keys, including those of conditional writes.

    Source: S3 User Guide, 'Enforce conditional writes on Amazon S3 buckets'.
    """
    context: Json = _s3_object_context(action, query, path, headers)
    if action == "s3:PutObject":
        for name in ("if-match", "if-none-match"):
            if headers.get(name):
                context[f"s3:{name}"] = headers[name]
        context["s3:objectcreationoperation"] = "false" if "partNumber" in query else "true"
    return context


def _with_boundary(step: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a CloudFormation handler of roles so that it sets the permissions boundary, too."""

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        result = step(*args, **kwargs)
        properties = next(a for a in reversed(args) if isinstance(a, dict))
        name = result[0] if isinstance(result, tuple) else result
        role = identities._roles.get(name) or identities._roles.get(properties.get("RoleName"))
        if role is not None:
            role["PermissionsBoundary"] = properties.get("PermissionsBoundary")
        return result

    return wrapper
