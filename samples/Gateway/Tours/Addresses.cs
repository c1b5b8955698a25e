namespace Gateway.Tours;

/// <summary>Prints all addresses and commands to try them.</summary>
internal static class Addresses
{
    /// <summary>Prints without markup, so that the commands can be copied.</summary>
    public static void Print(ArticleSystem system)
    {
        Console.WriteLine();
        Console.WriteLine($"  Keycloak         {system.Realm.Issuer}    {(system.Realm.Real is null ? "(embedded)" : "(admin/admin)")}");
        foreach (var process in system.Processes)
        {
            Console.WriteLine($"  {process.Name,-16} {process.Address}    process {process.Id}");
        }

        Console.WriteLine($"  logs             {system.Folder}");
        Console.WriteLine();
        if (system.Storefront is { } storefront)
        {
            Console.WriteLine($"Open {storefront.Address} and log in as alice (password alice). Without a browser:");
            Console.WriteLine();
        }

        Console.WriteLine($"  TOKEN=$(curl -s {system.Tokens.Address} -d grant_type=password -d client_id=cli \\");
        Console.WriteLine(
            "    -d username=alice -d password=alice -d scope='openid orders:write' | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')");
        foreach (var way in system.Ways.Values)
        {
            Console.WriteLine($"  curl -i {way}orders -H \"Authorization: Bearer $TOKEN\"");
        }

        Console.WriteLine($"  curl -i {system.Direct}orders/1/shipment -H \"Authorization: Bearer $TOKEN\"");
        Console.WriteLine();
        Console.WriteLine("Ctrl+C stops all servers.");
    }
}
