using Keycloak.ApiProtection.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;

namespace Keycloak.ApiProtection.Http;

/// <summary>What a request brought: nothing for us, a token, or something that is no token (RFC 6750 section 2).</summary>
internal readonly struct BearerMessage
{
    private const string Scheme = "Bearer";

    private readonly bool _cameInHeader;

    private BearerMessage(ReadOnlyMemory<char> token, TokenRejection? rejection, bool cameInHeader = false)
    {
        _cameInHeader = cameInHeader;
        Token = token;
        Rejection = rejection;
    }

    /// <summary>Gets the token; empty where none came.</summary>
    public ReadOnlyMemory<char> Token { get; }

    /// <summary>Gets what is wrong with how it was sent; null when nothing is.</summary>
    public TokenRejection? Rejection { get; }

    /// <summary>Gets what else is wrong with the header. Only who refuses the token needs to ask: no good one has any of it.</summary>
    public TokenRejection? Malformed =>
        !_cameInHeader ? null

        // A proxy that folds two headers into one joins them with a comma.
        : Token.Span.Contains(',') ? TokenRejection.HeaderRepeated
        : Token.Span.IndexOfAnyExceptInRange('!', '~') >= 0 ? TokenRejection.HeaderMalformed : null;

    /// <summary>A token that the application found elsewhere.</summary>
    public static BearerMessage From(string token) => new(token.AsMemory(), null);

    /// <summary>Looks into the header, and on the paths that allow it into the query.</summary>
    public static BearerMessage Read(HttpRequest request, IList<PathString> queryTokenPaths)
    {
        var message = ReadHeader(request.Headers.Authorization);
        if (queryTokenPaths.Count == 0 || !IsOn(request.Path, queryTokenPaths) || !request.Query.TryGetValue("access_token", out var values))
        {
            return message;
        }

        return message.Rejection is not null || !message.Token.IsEmpty || values.Count != 1
            ? new(default, TokenRejection.HeaderRepeated)
            : string.IsNullOrEmpty(values[0]) ? message : From(values[0]!);
    }

    /// <summary>A token that came where none is read; null: there is none. Asked only about a request that is challenged because it brought no token.</summary>
    public static Diagnosis? NotRead(HttpContext context, IList<PathString> queryTokenPaths)
    {
        // Every JWT begins like this: base64url of '{"'.
        var request = context.Request;
        if (request.Headers.Authorization is [{ } header] && header.StartsWith("eyJ", StringComparison.Ordinal))
        {
            return new(
                "The Authorization header holds a token without the scheme.",
                "Send 'Authorization: Bearer <access_token>': the word Bearer, a space, and the token.");
        }

        if (request.QueryString.Value?.Contains("access_token=", StringComparison.Ordinal) != true || IsOn(request.Path, queryTokenPaths))
        {
            return null;
        }

        // The route is the application's own text; the path is a stranger's.
        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        return new(
            $"The query holds an access_token{(route is null ? string.Empty : $" for '{route}'")}, and QueryTokenPaths does not name this path.",
            "For a hub or an event stream of a browser add its path to QueryTokenPaths. Every other client sends 'Authorization: Bearer <access_token>': URLs are written to logs.");
    }

    private static BearerMessage ReadHeader(StringValues header)
    {
        if (header.Count == 0)
        {
            return default;
        }

        if (header.Count > 1)
        {
            // Two credentials: only if none of them is meant for us is it not our business.
            foreach (var one in header)
            {
                if (HasOurScheme(one))
                {
                    return new(default, TokenRejection.HeaderRepeated);
                }
            }

            return default;
        }

        var value = header[0];
        if (!HasOurScheme(value))
        {
            return default;
        }

        // RFC 9110 section 11.4: one space or more, then the token; white space at the header's end is not part of it.
        var token = value.AsMemory(Scheme.Length).Trim(' ');
        return token.IsEmpty ? new(default, TokenRejection.HeaderMalformed) : new(token, null, cameInHeader: true);
    }

    private static bool HasOurScheme(string? header) =>
        header is not null
        && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
        && (header.Length == Scheme.Length || header[Scheme.Length] is <= ' ' or ',');

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
