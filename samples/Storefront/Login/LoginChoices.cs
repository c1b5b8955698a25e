using Storefront.Tokens;

namespace Storefront.Login;

/// <summary>What the user permits the Storefront to do. Keycloak asks again, on its consent page.</summary>
internal sealed class LoginChoices
{
    /// <summary>Gets or sets a value indicating whether the Storefront may read the user's orders.</summary>
    public bool ReadOrders { get; set; }

    /// <summary>Gets or sets a value indicating whether the Storefront may place orders.</summary>
    public bool PlaceOrders { get; set; }

    /// <summary>Gets or sets a value indicating whether the Storefront may continue to work while the user is away.</summary>
    public bool StayConnected { get; set; }

    /// <summary>The choices of the user's current log-in: another log-in with them needs no consent.</summary>
    public static LoginChoices Of(SessionTokens tokens) => new()
    {
        ReadOrders = tokens.Grants("orders:read"),
        PlaceOrders = tokens.Grants("orders:write"),
        StayConnected = tokens.Grants("offline_access"),
    };

    /// <summary>The scopes to request from Keycloak: those of the choices, and no others.</summary>
    public IReadOnlyList<string> Scopes() =>
    [
        "openid",
        "profile",
        "email",
        .. ReadOrders ? ["orders:read"] : Array.Empty<string>(),
        .. PlaceOrders ? ["orders:write"] : Array.Empty<string>(),
        .. StayConnected ? ["offline_access"] : Array.Empty<string>(),
    ];
}
