using System.Security.Claims;
using Keycloak.ApiProtection.Http;
using Microsoft.AspNetCore.Http;

namespace Keycloak.ApiProtection.TokenCheck;

/// <summary>
/// The headers that identify the caller to an API behind a gateway. All are always written; a missing value is an empty header.
/// </summary>
/// <remarks>
/// A gateway replaces only the headers that are present in the response; a missing one would let the client's own header pass. The limit
/// exists because NGINX accepts 4 KB of headers from an upstream. A value that does not fit is left empty as a whole, the less important
/// ones first, so that an API sees fewer rights and never a truncated name.
/// </remarks>
internal static class IdentityHeaders
{
    /// <summary>The maximum size of all identity headers together, including names and line ends.</summary>
    public const int MostBytes = 3072;

    // A colon, a space, and the line end (CR LF).
    private const int Framing = 4;

    /// <summary>All headers, the most important first.</summary>
    private static readonly (string Name, Func<CheckedIdentity, string> Value)[] All =
    [
        ("X-Token-Issuer", identity => HeaderText.Of(identity.Issuer)),
        ("X-Token-Subject", identity => HeaderText.Of(identity.User.GetSubject())),
        ("X-Token-Client", identity => HeaderText.Of(identity.User.GetAuthorizedParty())),
        ("X-Token-Session", identity => HeaderText.Of(identity.User.GetSessionId())),
        ("X-Token-Username", identity => HeaderText.Of(identity.UserName)),
        ("X-Token-Email", identity => HeaderText.Of(identity.Email)),
        ("X-Token-Scope", identity => HeaderText.Of(identity.User.GetScopes())),
        ("X-Token-Client-Roles", identity => HeaderText.Of(identity.User.GetClientRoles())),
        ("X-Token-Realm-Roles", identity => HeaderText.Of(identity.User.GetRealmRoles())),
        ("X-Token-Groups", identity => HeaderText.Of(identity.User.GetGroups())),
        ("X-Token-Organizations", identity => HeaderText.Of([.. identity.User.GetOrganizations().Select(one => one.Name)])),
    ];

    private static readonly int BytesForValues = MostBytes - All.Sum(header => header.Name.Length + Framing);

    /// <summary>Gets the names of the headers.</summary>
    public static IEnumerable<string> Names => All.Select(header => header.Name);

    /// <summary>Writes all headers, and replaces existing ones.</summary>
    /// <param name="headers">The headers of the response.</param>
    /// <param name="identity">The caller's identity.</param>
    /// <param name="omitted">Called for each header whose value does not fit, with its name and length.</param>
    public static void Write(IHeaderDictionary headers, CheckedIdentity identity, Action<string, int> omitted)
    {
        var remaining = BytesForValues;
        foreach (var (name, value) in All)
        {
            var text = value(identity);
            if (text.Length > remaining)
            {
                omitted(name, text.Length);
                text = string.Empty;
            }

            remaining -= text.Length;
            headers[name] = text;
        }
    }
}
