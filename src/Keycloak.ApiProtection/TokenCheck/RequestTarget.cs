using Microsoft.AspNetCore.Http;

namespace Keycloak.ApiProtection.TokenCheck;

/// <summary>Looks for what could make a gateway and a server read two paths out of one target.</summary>
internal static class RequestTarget
{
    // The convention for NGINX, and what Traefik and Caddy send.
    private static readonly string[] _original = ["X-Original-URI", "X-Forwarded-Uri"];

    /// <summary>
    /// Whether a segment of the path is <c>.</c> or <c>..</c>, also encoded, behind an encoded slash, or with a parameter (<c>..;</c>). Where the gateway appends the original path to
    /// the check's, such a segment leads the web server to another endpoint than the one that the gateway's route names: perhaps to a check that asks for less.
    /// </summary>
    public static bool HasDotSegment(ReadOnlySpan<char> target)
    {
        var query = target.IndexOf('?');
        var path = query < 0 ? target : target[..query];
        var dots = 0;
        for (var i = 0; i < path.Length; i++)
        {
            switch (Read(path, ref i))
            {
                case '.':
                    dots++;
                    break;

                case '/' or '\\' or ';':
                    if (dots is 1 or 2)
                    {
                        return true;
                    }

                    dots = 0;
                    break;

                default:
                    // Never again 1 or 2 in this segment.
                    dots = int.MinValue;
                    break;
            }
        }

        return dots is 1 or 2;
    }

    /// <summary>Whether one of the headers in which gateways send the client's own target has a dot segment in its path.</summary>
    /// <remarks>These headers can only reject: what a client forges in them gives no access.</remarks>
    public static bool HasDotSegment(IHeaderDictionary headers)
    {
        foreach (var name in _original)
        {
            if (headers.TryGetValue(name, out var targets))
            {
                foreach (var target in targets)
                {
                    if (HasDotSegment(target))
                    {
                        return true;
                    }
                }
            }
        }

        return false;
    }

    private static char Read(ReadOnlySpan<char> path, ref int at)
    {
        if (path[at] != '%' || at + 2 >= path.Length)
        {
            return path[at];
        }

        var decoded = (path[at + 1], (char)(path[at + 2] | 0x20)) switch
        {
            ('2', 'e') => '.',
            ('2', 'f') => '/',
            ('5', 'c') => '\\',
            ('3', 'b') => ';',
            _ => '%',
        };
        at += decoded == '%' ? 0 : 2;
        return decoded;
    }
}
