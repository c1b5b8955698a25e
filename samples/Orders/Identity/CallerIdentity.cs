namespace Orders.Identity;

/// <summary>Whom this API believes about its callers.</summary>
internal enum CallerIdentity
{
    /// <summary>The access token, which this API verifies itself.</summary>
    Token,

    /// <summary>The gateway, which has verified the token and says in headers whose it is.</summary>
    Gateway,
}
