using System.Globalization;
using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Export;
using Keycloak.ApiProtection.Testing.Tokens;
using Microsoft.AspNetCore.Http;

namespace Keycloak.ApiProtection.Testing.Endpoints;

/// <summary>
/// The event stores in the admin API: <c>/events</c>, <c>/admin-events</c> and <c>/events/config</c>, with the query parameters of Keycloak
/// 26. The caller needs the role <c>view-events</c> of <c>realm-management</c>.
/// </summary>
internal sealed class StoredEventsEndpoint(Realm realm) : IRealmEndpoint
{
    private static readonly RoleName ViewEvents = new("realm-management", "view-events");

    private static readonly string[] Types =
    [
        "LOGIN", "LOGIN_ERROR", "LOGOUT", "LOGOUT_ERROR", "CLIENT_LOGIN", "CLIENT_LOGIN_ERROR", "CODE_TO_TOKEN", "CODE_TO_TOKEN_ERROR",
        "REFRESH_TOKEN", "REFRESH_TOKEN_ERROR", "REVOKE_GRANT", "REVOKE_GRANT_ERROR", "UPDATE_PASSWORD", "UPDATE_PASSWORD_ERROR",
        "DELETE_ACCOUNT", "DELETE_ACCOUNT_ERROR", "USER_DISABLED_BY_PERMANENT_LOCKOUT", "USER_DISABLED_BY_TEMPORARY_LOCKOUT",
        "USER_SESSION_DELETED",
    ];

    private static readonly string[] Operations = ["CREATE", "UPDATE", "DELETE", "ACTION"];

    public Task<Answer> AnswerAsync(EndpointRequest request) => Task.FromResult(Respond(request));

    private Answer Respond(EndpointRequest request)
    {
        var authorization = request.Headers.Authorization.ToString();
        var token = authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? authorization["Bearer ".Length..] : "";
        if (KnownToken.Find(realm, token, request.Issuer) is not { Token.IsAccessToken: true } known)
        {
            return Status(401, "HTTP 401 Unauthorized");
        }

        if (!MayView(known))
        {
            return Status(403, "HTTP 403 Forbidden");
        }

        return !request.IsGet ? Answer.MethodNotAllowed
            : request.Url.EndsWith("/events/config", StringComparison.Ordinal) ? Settings()
            : request.Url.EndsWith("/admin-events", StringComparison.Ordinal)
                ? Select(request.Query, realm.Events.OfAdministrators(), "operationTypes", "operationType", Operations)
                : Select(request.Query, realm.Events.OfUsers(), "type", "type", Types);
    }

    private bool MayView(KnownToken known) =>
        realm.Export.RolesOf(known.User).Contains(ViewEvents)
        && (known.Client.FullScopeAllowed || realm.Export.Expand(known.Client.ScopeMappings).Contains(ViewEvents));

    private static Answer Settings() => Answer.Json(
        200,
        new JsonObject
        {
            ["eventsEnabled"] = true,
            ["eventsExpiration"] = 86400,
            ["eventsListeners"] = new JsonArray("jboss-logging"),
            ["enabledEventTypes"] = new JsonArray([.. Types.Select(type => (JsonNode)type)]),
            ["adminEventsEnabled"] = true,
            ["adminEventsDetailsEnabled"] = true,
        },
        Answer.NoCache);

    private static Answer Select(
        IQueryCollection query, IReadOnlyList<JsonObject> events, string filter, string member, IReadOnlyCollection<string> known)
    {
        var wanted = query[filter].OfType<string>().ToArray();
        if (wanted.Except(known).Any())
        {
            return Answer.Error(500, "unknown_error", "For more on this error consult the server log.");
        }

        if (!TryReadTime(query["dateFrom"], out var from))
        {
            return Status(400, "Invalid value for 'dateFrom', expected format is yyyy-MM-dd or an Epoch timestamp");
        }

        var direction = query["direction"].ToString();
        if (direction is not ("" or "asc" or "desc"))
        {
            return Status(400, "Invalid value for sortDirection, expected value is asc or desc");
        }

        var found = events
            .Where(stored => wanted.Length == 0 || wanted.Contains(stored[member]!.GetValue<string>()))
            .Where(stored => stored["time"]!.GetValue<long>() >= from);
        var page = (direction == "asc" ? found : found.Reverse()).Skip(Number(query["first"], 0)).Take(Number(query["max"], 100));
        return Answer.Text(200, Answer.JsonType, $"[{string.Join(',', page.Select(stored => stored.ToJsonString()))}]", Answer.NoCache);
    }

    private static bool TryReadTime(string? text, out long milliseconds)
    {
        milliseconds = 0;
        if (string.IsNullOrEmpty(text) || long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out milliseconds))
        {
            return true;
        }

        var isDay = DateTimeOffset.TryParseExact(
            text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var day);
        milliseconds = day.ToUnixTimeMilliseconds();
        return isDay;
    }

    private static int Number(string? text, int otherwise) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise;

    private static Answer Status(int status, string error) => Answer.Json(status, new JsonObject { ["error"] = error });
}
