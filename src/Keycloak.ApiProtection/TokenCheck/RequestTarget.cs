using Microsoft.AspNetCore.Http;

namespace Keycloak.ApiProtection.TokenCheck;

/// <summary>Detects request targets that a gateway and a server may interpret as different paths.</summary>
internal static class RequestTarget
{
    // X-Original-URI is the convention for NGINX; Traefik and Caddy send X-Forwarded-Uri.
    private static readonly string[] OriginalTargetHeaders = ["X-Original-URI", "X-Forwarded-Uri"];

    /// <summary>
    /// Returns whether a segment of the path is <c>.</c> or <c>..</c>, also encoded, behind an encoded slash, or with a parameter
    /// (<c>..;</c>).
    /// </summary>
    /// <remarks>
    /// If the gateway appends the original path to that of the check, such a segment makes the web server select another endpoint than the
    /// gateway's route names, possibly a check with weaker requirements.
    /// </remarks>
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
                    // This segment has another character, so it is no dot segment: dots cannot become 1 or 2 again.
                    dots = int.MinValue;
                    break;
            }
        }

        return dots is 1 or 2;
    }

    /// <summary>Returns whether a header in which gateways send the client's original target has a dot segment in its path.</summary>
    /// <remarks>These headers can only cause a rejection. A client that forges them gains no access.</remarks>
    public static bool HasDotSegment(IHeaderDictionary headers)
    {
        foreach (var name in OriginalTargetHeaders)
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
