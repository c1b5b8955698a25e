var app = WebApplication.CreateSlimBuilder(args).Build(); app.MapGet("/public", () => "Hello"); app.Run();
