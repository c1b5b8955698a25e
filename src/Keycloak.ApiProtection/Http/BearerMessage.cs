using System.Diagnostics.CodeAnalysis;
using Keycloak.ApiProtection.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;

namespace Keycloak.ApiProtection.Http;

/// <summary>The access token of a request (RFC 6750 section 2, RFC 9449 section 7.1): none, a token, or a malformed message.</summary>
internal readonly struct BearerMessage
{
    private readonly bool _cameInHeader;

    private BearerMessage(ReadOnlyMemory<char> token, TokenRejection? rejection, bool cameInHeader = false, bool isDpop = false)
    {
        _cameInHeader = cameInHeader;
        Token = token;
        Rejection = rejection;
        IsDpop = isDpop;
    }

    /// <summary>Gets the token, or an empty text if the request has none.</summary>
    public ReadOnlyMemory<char> Token { get; }

    /// <summary>Gets whether the token was sent with the scheme <c>DPoP</c>, and not as a bearer token.</summary>
    public bool IsDpop { get; }

    /// <summary>Gets the reason why the message is rejected before the token is read, or null if there is none.</summary>
    public TokenRejection? Rejection { get; }

    /// <summary>
    /// Gets a further problem of the header, or null if there is none. It is needed only after the token was rejected, because a valid
    /// token cannot have such a problem.
    /// </summary>
    public TokenRejection? Malformed =>
        !_cameInHeader ? null

        // A proxy that combines two headers joins them with a comma.
        : Token.Span.Contains(',') ? TokenRejection.HeaderRepeated
        : Token.Span.IndexOfAnyExceptInRange('!', '~') >= 0 ? TokenRejection.HeaderMalformed : null;

    /// <summary>Creates a message from a token that the application has set.</summary>
    public static BearerMessage From(string token) => new(token.AsMemory(), null);

    /// <summary>Reads the message from the header, and on the paths that allow it also from the query.</summary>
    public static BearerMessage Read(HttpRequest request, IList<PathString> queryTokenPaths)
    {
        var message = ReadHeader(request.Headers.Authorization);
        if (queryTokenPaths.Count == 0
            || !IsOn(request.Path, queryTokenPaths)
            || !request.Query.TryGetValue("access_token", out var values))
        {
            return message;
        }

        return message.Rejection is not null || !message.Token.IsEmpty || values.Count != 1
            ? new(default, TokenRejection.HeaderRepeated)
            : string.IsNullOrEmpty(values[0]) ? message : From(values[0]!);
    }

    /// <summary>Returns whether the request sends its token with the scheme <c>DPoP</c>, so that the response names this scheme.</summary>
    public static bool SendsDpop(HttpRequest request) => request.Headers.Authorization is [{ } header] && Has(header, TokenScheme.Dpop);

    /// <summary>
    /// Finds a token in a place where tokens are not read. Returns null if there is none. It is called only for requests that are
    /// challenged because they have no token.
    /// </summary>
    public static Diagnosis? NotRead(HttpContext context, IList<PathString> queryTokenPaths)
    {
        // Every JWT starts with these characters: base64url of '{"'.
        var request = context.Request;
        if (request.Headers.Authorization is [{ } header] && header.StartsWith("eyJ", StringComparison.Ordinal))
        {
            return new(
                "The Authorization header contains a token without the scheme.",
                "Send 'Authorization: Bearer <access_token>': the word Bearer, a space, and the token.");
        }

        if (request.QueryString.Value?.Contains("access_token=", StringComparison.Ordinal) != true || IsOn(request.Path, queryTokenPaths))
        {
            return null;
        }

        // The route comes from the application. The path comes from the client and is therefore not logged.
        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        return new(
            $"The query contains an access_token{(route is null ? string.Empty : $" for '{route}'")}, "
                + "and QueryTokenPaths does not name this path.",
            "For a hub or an event stream of a browser, add its path to QueryTokenPaths. Every other client must send "
                + "'Authorization: Bearer <access_token>', because URLs are written to logs.");
    }

    private static BearerMessage ReadHeader(StringValues header)
    {
        if (header.Count == 0)
        {
            return default;
        }

        if (header.Count > 1)
        {
            // Several credentials are an error only if at least one of them has this scheme.
            foreach (var one in header)
            {
                if (SchemeOf(one) is not null)
                {
                    return new(default, TokenRejection.HeaderRepeated);
                }
            }

            return default;
        }

        var value = header[0];
        if (SchemeOf(value) is not { } scheme)
        {
            return default;
        }

        // RFC 9110 section 11.4: one or more spaces, then the token. White space at the end of the header is not part of it.
        var token = value.AsMemory(scheme.Length).Trim(' ');
        return token.IsEmpty
            ? new(default, TokenRejection.HeaderMalformed)
            : new(token, null, cameInHeader: true, isDpop: ReferenceEquals(scheme, TokenScheme.Dpop));
    }

    private static string? SchemeOf(string? header) =>
        Has(header, TokenScheme.Bearer) ? TokenScheme.Bearer : Has(header, TokenScheme.Dpop) ? TokenScheme.Dpop : null;

    private static bool Has([NotNullWhen(true)] string? header, string scheme) =>
        header is not null
        && header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
        && (header.Length == scheme.Length || header[scheme.Length] is <= ' ' or ',');

    private static bool IsOn(PathString path, IList<PathString> paths)
    {
        foreach (var one in paths)
        {
            if (path.StartsWithSegments(one))
            {
                return true;
            }
        }

        return false;
    }
}
