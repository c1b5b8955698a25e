namespace Keycloak.ApiProtection.Claims.Payload;

/// <summary>Computes the size in bytes of objects on the heap of a 64-bit machine. The size limit of the token cache uses it.</summary>
/// <remarks>A string that two parts share is counted in both, so the sum is never less than the actual size.</remarks>
internal static class HeapSize
{
    private const int ObjectHeader = 16;

    public static int Of(string? text) => text is null ? 0 : Aligned(22 + (2 * text.Length));

    public static int OfArray(int count, int elementSize) => Aligned(ObjectHeader + 8 + (count * elementSize));

    /// <summary>Returns the size of an object with <paramref name="fields"/> fields of 8 bytes.</summary>
    public static int OfObject(int fields) => ObjectHeader + (8 * fields);

    public static int Of(NameSet names)
    {
        // The empty set is shared.
        if (names.Count == 0)
        {
            return 0;
        }

        var size = OfObject(1) + OfArray(names.Count, 8);
        for (var i = 0; i < names.Count; i++)
        {
            size += Of(names[i]);
        }

        return size;
    }

    public static int Of(KeyValuePair<string, NameSet>[] clients)
    {
        var size = OfArray(clients.Length, 16);
        foreach (var (client, roles) in clients)
        {
            size += Of(client) + Of(roles);
        }

        return size;
    }

    public static int Of(TokenHolder holder) =>
        OfObject(20) + Of(holder.Name) + Of(holder.Subject) + Of(holder.SessionId) + Of(holder.AuthorizedParty)
            + Of(holder.AuthenticationContextClass) + Of(holder.UserName) + Of(holder.ServiceClient) + Of(holder.Audiences);

    public static int Of(TokenMemberships memberships)
    {
        // A list, its array and its read-only wrapper.
        var size = OfObject(3) + OfObject(4) + OfArray(memberships.Organizations.Count * 2, 8)
            + Of(memberships.Groups) + Of(memberships.OrganizationNames);
        foreach (var organization in memberships.Organizations)
        {
            size += OfObject(3) + Of(organization.Id);
            foreach (var (name, values) in organization.Attributes)
            {
                // An entry of a dictionary that has been resized twice, and a list as above.
                size += 128 + Of(name) + OfObject(6) + OfArray(values.Count * 2, 8);
                foreach (var value in values)
                {
                    size += Of(value);
                }
            }
        }

        return size;
    }

    public static int Of(TokenClaim[] claims)
    {
        var size = OfArray(claims.Length, 24);
        string? last = null;
        foreach (ref readonly var claim in claims.AsSpan())
        {
            size += Of(claim.Value);
            if (!ReferenceEquals(claim.Type, last) && !TokenClaimList.IsShared(claim.Type))
            {
                size += Of(claim.Type);
            }

            last = claim.Type;
        }

        return size;
    }

    private static int Aligned(int size) => (size + 7) & ~7;
}
