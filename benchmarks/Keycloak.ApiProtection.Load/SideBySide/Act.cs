using System.Collections.Immutable;
using Gateway.Realms;

namespace Keycloak.ApiProtection.Load.SideBySide;

/// <summary>The acts after which a token must be refused, as the results name them.</summary>
internal static class Act
{
    public const string Logout = "logout";
    public const string Revocation = "revocation";

    public static ImmutableArray<string> All { get; } = [Logout, Revocation];

    /// <summary>Does it to the session of a refresh token, and waits for Keycloak's answer.</summary>
    public static Task DoAsync(string act, TokenEndpoint endpoint, string refreshToken) =>
        act == Logout ? endpoint.LogOutAsync(refreshToken) : endpoint.RevokeAsync(refreshToken);
}
