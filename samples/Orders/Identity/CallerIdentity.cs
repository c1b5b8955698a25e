namespace Orders.Identity;

/// <summary>The source of the caller's identity that this API trusts.</summary>
internal enum CallerIdentity
{
    /// <summary>The access token. This API verifies it.</summary>
    Token,

    /// <summary>The gateway. It has verified the token and sends the identity in headers.</summary>
    Gateway,
}
