using System.Security.Claims;
using Keycloak.ApiProtection.Http;
using Microsoft.AspNetCore.Http;

namespace Keycloak.ApiProtection.TokenCheck;

/// <summary>The headers that tell an API behind a gateway who its caller is: always all of them, empty where the token does not say.</summary>
/// <remarks>
/// A gateway replaces the headers that stand in the answer; one that was missing there would let the client's own pass. NGINX takes 4 KB of headers from an
/// upstream, hence the limit: what does not fit is left empty as a whole, the less important first, so that an API sees fewer rights and never half a name.
/// </remarks>
internal static class IdentityHeaders
{
    /// <summary>All identity headers together, with their names and line ends.</summary>
    public const int MostBytes = 3072;

    // Colon, space and the line's end.
    private const int Framing = 4;

    /// <summary>The most important first.</summary>
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
        ("X-Token-Organizations", identity => HeaderText.Of([.. identity.User.GetOrganizations().Select(organization => organization.Name)])),
    ];

    private static readonly int RoomForValues = MostBytes - All.Sum(header => header.Name.Length + Framing);

    /// <summary>Gets their names.</summary>
    public static IEnumerable<string> Names => All.Select(header => header.Name);

    /// <summary>Writes all of them, in place of whatever stands there.</summary>
    /// <param name="headers">The answer's.</param>
    /// <param name="identity">Whom they tell of.</param>
    /// <param name="omitted">Is told of each that does not fit, with its length.</param>
    public static void Write(IHeaderDictionary headers, CheckedIdentity identity, Action<string, int> omitted)
    {
        var room = RoomForValues;
        foreach (var (name, value) in All)
        {
            var text = value(identity);
            if (text.Length > room)
            {
                omitted(name, text.Length);
                text = string.Empty;
            }

            room -= text.Length;
            headers[name] = text;
        }
    }
}
